//! The tables that scans are coded with, as a file has them (ITU T.81, B.2.4).

use crate::reason::Reason;
use std::ops::Range;

use super::super::reader::Reader;
use super::super::{CleanError, Result};
use super::huffman::Codes;
use super::waiting::{Need, Waiting};
use super::{DHT, DQT, WRONG_LENGTH, push_segment, standard};

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedTable);

/// What is known at one place of a file.
#[derive(Default)]
pub struct Tables<'a> {
    /// Whether there are steps with each number.
    steps: [bool; 4],
    /// Codes of the other coefficients, and of the first.
    codes: [[Option<Table<'a>>; 4]; 2],
    /// After how many units the data of a scan begins again; 0 for never.
    pub restart: usize,
}

/// Codes, worked out only where a scan uses them.
struct Table<'a> {
    counts: &'a [u8; 16],
    symbols: &'a [u8],
    codes: Option<Codes>,
}

impl<'a> Tables<'a> {
    /// Takes the contents of a segment of tables. Those that a scan needs are kept with it.
    pub fn take(
        &mut self,
        marker: u8,
        content: &'a [u8],
        segment: Range<usize>,
        waiting: &mut Waiting,
    ) -> Result<()> {
        let start = segment.end - content.len();
        let mut reader = Reader::new(content);
        while !reader.is_at_end() {
            let from = reader.left().start;
            let need = match marker {
                DHT => self.take_codes(&mut reader)?,
                DQT => self.take_steps(&mut reader)?,
                _ => {
                    self.restart = reader.be16().map_err(|_| WRONG_LENGTH)?.into();
                    Need::Restart
                }
            };
            let place = start + from..start + reader.left().start;
            waiting.put(need, segment.clone(), place);
        }
        // A segment has the restart interval only once.
        if !matches!(marker, DHT | DQT) && content.len() != 2 {
            return Err(WRONG_LENGTH);
        }
        Ok(())
    }

    fn take_codes(&mut self, reader: &mut Reader<'a>) -> Result<Need> {
        let class = reader.byte()?;
        let counts = reader.chunk::<16>().map_err(|_| WRONG_LENGTH)?;
        let count = counts.iter().copied().map(usize::from).sum();
        let symbols = reader.take(count).map_err(|_| WRONG_LENGTH)?;
        let (are_first, table) = (class >> 4 == 0, class & 0x0f);
        let place = self.codes[usize::from(are_first)].get_mut(usize::from(table));
        *place.filter(|_| class >> 4 <= 1).ok_or(MALFORMED)? = Some(Table {
            counts,
            symbols,
            codes: None,
        });
        Ok(Need::Codes { are_first, table })
    }

    fn take_steps(&mut self, reader: &mut Reader<'a>) -> Result<Need> {
        let class = reader.byte()?;
        let length = if class >> 4 == 0 { 64 } else { 128 };
        reader.take(length).map_err(|_| WRONG_LENGTH)?;
        let table = class & 0x0f;
        let place = self.steps.get_mut(usize::from(table));
        *place.ok_or(MALFORMED)? = true;
        Ok(Need::Steps(table))
    }

    /// Whether there are steps with this number.
    pub fn has_steps(&self, table: u8) -> bool {
        self.steps.get(usize::from(table)) == Some(&true)
    }

    /// Makes sure that there are codes with this number. In a picture that may leave out the usual ones, they are written
    /// where they are missing.
    pub fn need_codes(
        &mut self,
        are_first: bool,
        table: u8,
        may_be_missing: bool,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let place = self.codes[usize::from(are_first)]
            .get_mut(usize::from(table))
            .ok_or(MALFORMED)?;
        if place.is_none() && may_be_missing {
            let usual = if are_first {
                standard::FIRST
            } else {
                standard::OTHERS
            };
            let (counts, symbols) = usual.get(usize::from(table)).ok_or(MALFORMED)?;
            let class = table | if are_first { 0 } else { 0x10 };
            push_segment(out, DHT, &[&[class], &counts[..], symbols].concat());
            *place = Some(Table {
                counts,
                symbols,
                codes: None,
            });
        }
        let place = place.as_mut().ok_or(CleanError::Damaged(Reason::NoTable))?;
        if place.codes.is_none() {
            place.codes = Some(Codes::new(place.counts, place.symbols, are_first)?);
        }
        Ok(())
    }

    /// Codes that there are.
    pub fn codes(&self, are_first: bool, table: u8) -> Result<&Codes> {
        let place = self.codes[usize::from(are_first)].get(usize::from(table));
        let table = place.and_then(Option::as_ref);
        table
            .and_then(|table| table.codes.as_ref())
            .ok_or(MALFORMED)
    }
}
