//! What a scan says of itself, and what it needs (ITU T.81, B.2.3 and G.1.1.1).

use crate::reason::Reason;
use std::ops::Range;

use super::super::reader::Reader;
use super::super::{CleanError, Result};
use super::frame::{Component, Frame, NOTHING_YET};
use super::scan::{Band, Block, Pass, Scan, walk};
use super::tables::Tables;
use super::waiting::Need;
use super::{ENDS, Parts, SOS, WRONG_LENGTH, push_segment};

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedScan);
/// The most blocks of one unit.
const MAX_BLOCKS_PER_UNIT: usize = 10;
/// How often the whole picture may come. Each time can be a few bytes long and cost a walk over all blocks; cameras and
/// programs need about ten.
const MAX_WALKS: usize = 200;

/// What precedes the data of a scan.
struct Header {
    /// Which component, and which tables of codes for its first coefficients and for the others.
    components: Vec<(usize, u8, u8)>,
    /// From which coefficient to which.
    coefficients: (u8, u8),
    /// How many bits were there before, and how many are missing afterwards.
    bits: (u8, u8),
}

impl Header {
    fn read(content: &[u8], frame: &Frame) -> Result<Self> {
        let mut reader = Reader::new(content);
        let count = reader.byte()?;
        if !(1..=4).contains(&count) || reader.rest().len() != 2 * usize::from(count) + 3 {
            return Err(WRONG_LENGTH);
        }
        let mut components: Vec<(usize, u8, u8)> = Vec::new();
        for _ in 0..count {
            let [id, tables] = reader.array()?;
            // Where several have the same name, each of them is meant once.
            let is_free = |index: usize| components.iter().all(|&(other, ..)| other != index);
            let index = (0..frame.components.len())
                .find(|&index| frame.components[index].id == id && is_free(index))
                .ok_or(MALFORMED)?;
            components.push((index, tables >> 4, tables & 0x0f));
        }
        let [from, to, bits] = reader.array()?;
        let header = Self {
            components,
            coefficients: (from, to),
            bits: (bits >> 4, bits & 0x0f),
        };
        match frame.is_progressive && !header.is_possible() {
            true => Err(MALFORMED),
            false => Ok(header),
        }
    }

    /// Whether a scan of a progressive picture can be so.
    fn is_possible(&self) -> bool {
        let (from, to) = self.coefficients;
        let (before, after) = self.bits;
        let fits = match from {
            0 => to == 0,
            _ => from <= to && to < 64 && self.components.len() == 1,
        };
        fits && after <= 13 && (before == 0 || before == after + 1)
    }

    /// Whether it brings what has not come yet: bits of coefficients after those that are there.
    fn goes_on(&self, frame: &Frame) -> bool {
        let (from, to) = self.coefficients;
        let before = match self.bits.0 {
            0 => NOTHING_YET,
            before => before,
        };
        let mut components = self
            .components
            .iter()
            .map(|&(index, ..)| &frame.components[index]);
        components.all(|component| match frame.is_progressive {
            true => component.bits[from.into()..=to.into()]
                .iter()
                .all(|&bit| bit == before),
            false => !component.has_come,
        })
    }

    /// Which codes are needed, of the first coefficients and of the others.
    fn needs(&self, is_progressive: bool) -> (bool, bool) {
        match self.coefficients {
            _ if !is_progressive => (true, true),
            (0, _) => (self.bits.0 == 0, false),
            _ => (false, true),
        }
    }
}

impl<'a> Parts<'a> {
    /// Takes a scan with all that it needs and nothing that follows it.
    pub fn take_scan(
        &mut self,
        content: &'a [u8],
        segment: Range<usize>,
        reader: &mut Reader<'a>,
    ) -> Result<()> {
        let frame = self
            .frame
            .as_mut()
            .ok_or(CleanError::Damaged(Reason::DataBeforeFrame))?;
        let header = Header::read(content, frame)?;
        // If data comes twice, viewers show the last, and the first could hold anything.
        if !header.goes_on(frame) {
            return Err(CleanError::Damaged(Reason::PartOrder));
        }
        let (needs_first, needs_others) = header.needs(frame.is_progressive);
        let needs = |need: Need| match need {
            Need::Steps(table) => header.components.iter().any(|&(index, ..)| {
                let component = &frame.components[index];
                !component.has_steps && component.quantisation == table
            }),
            Need::Codes { are_first, table } => {
                header
                    .components
                    .iter()
                    .any(|&(_, first, others)| match are_first {
                        true => needs_first && first == table,
                        false => needs_others && others == table,
                    })
            }
            _ => false,
        };
        self.waiting.keep(&mut self.edits, self.file, needs);

        let mut usual = Vec::new();
        for &(index, first, others) in &header.components {
            let component = &mut frame.components[index];
            if !component.has_steps && !self.tables.has_steps(component.quantisation) {
                return Err(CleanError::Damaged(Reason::NoTable));
            }
            component.has_steps = true;
            let may_be_missing = !frame.is_progressive;
            for (is_needed, are_first, table) in
                [(needs_first, true, first), (needs_others, false, others)]
            {
                if is_needed {
                    self.tables
                        .need_codes(are_first, table, may_be_missing, &mut usual)?;
                }
            }
        }
        if !usual.is_empty() {
            self.edits.insert(usual);
        }
        // In other pictures, the last three bytes mean nothing.
        match content {
            [names @ .., from, to, bits]
                if !frame.is_progressive && [*from, *to, *bits] != [0, 63, 0] =>
            {
                let mut own = Vec::new();
                push_segment(&mut own, SOS, &[names, &[0, 63, 0]].concat());
                self.edits.insert(own);
            }
            _ => self.edits.copy(segment),
        }

        let (units, in_a_unit) = match header.components.as_slice() {
            &[(index, ..)] => (frame.blocks(&frame.components[index]), 1),
            several => {
                let blocks = several.iter().map(|&(index, ..)| {
                    let (across, down) = frame.components[index].blocks;
                    across * down
                });
                (frame.units(), blocks.sum())
            }
        };
        if in_a_unit > MAX_BLOCKS_PER_UNIT {
            return Err(MALFORMED);
        }
        self.work += units * in_a_unit;
        if self.work / MAX_WALKS > frame.all_blocks() {
            return Err(CleanError::Damaged(Reason::TooManyParts));
        }
        let scan = Scan {
            pass: pass(
                &header,
                frame.is_progressive,
                &mut frame.components,
                &self.tables,
                units,
            )?,
            units,
            restart: self.tables.restart,
        };
        let start = reader.left().start;
        let walked = walk(self.file, start, scan);
        reader.take(walked.end - start)?;
        self.edits.append(walked.edits);
        self.is_short |= !walked.is_whole;
        self.has_scan = true;
        for &(index, ..) in &header.components {
            let component = &mut frame.components[index];
            component.has_come |= !frame.is_progressive || header.coefficients.0 == 0;
            if frame.is_progressive {
                let (from, to) = header.coefficients;
                component.bits[from.into()..=to.into()].fill(header.bits.1);
            }
        }
        Ok(())
    }
}

/// How to walk through the data of a scan.
fn pass<'t>(
    header: &Header,
    is_progressive: bool,
    components: &'t mut [Component],
    tables: &'t Tables<'_>,
    units: usize,
) -> Result<Pass<'t>> {
    let is_alone = header.components.len() == 1;
    let count = |&(index, ..): &(usize, u8, u8)| {
        let (across, down) = components[index].blocks;
        if is_alone { 1 } else { across * down }
    };
    if !is_progressive {
        let mut blocks = Vec::new();
        for component in &header.components {
            let others = tables.codes(false, component.2)?;
            let block = Block {
                first: tables.codes(true, component.1)?,
                others,
                strides: others.strides(),
            };
            blocks.extend(std::iter::repeat_n(block, count(component)));
        }
        return Ok(Pass::Sequential(blocks));
    }
    if header.coefficients.0 == 0 {
        if header.bits.0 > 0 {
            let bits: usize = header.components.iter().map(count).sum();
            return Ok(Pass::FirstAgain(u32::try_from(bits).unwrap_or(u32::MAX)));
        }
        let mut blocks = Vec::new();
        for component in &header.components {
            let codes = tables.codes(true, component.1)?;
            blocks.extend(std::iter::repeat_n(codes, count(component)));
        }
        return Ok(Pass::First(blocks));
    }
    let &(index, _, table) = header.components.first().ok_or(ENDS)?;
    let history = &mut components[index].history;
    history.resize(units, 0);
    let (from, to) = header.coefficients;
    let band = Band {
        codes: tables.codes(false, table)?,
        coefficients: (from.into(), to.into()),
        history,
    };
    Ok(match header.bits.0 {
        0 => Pass::Band(band),
        _ => Pass::BandAgain(band),
    })
}
