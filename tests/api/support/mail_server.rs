//! A mail server in miniature (RFC 5321), which can be told to misbehave, and what it gets.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::listening::serve_each;

/// What the server does instead of what it should.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It answers this line.
    Says(&'static str),
    /// It answers this again and again, without an end.
    SaysForever(&'static str),
    /// It closes the connection.
    Closes,
    /// It answers nothing more.
    Hangs,
}

/// A mail that the server has taken.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    pub to: String,
    pub bytes: Vec<u8>,
}

impl ReceivedMail {
    /// The mail with all its parts.
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.bytes).unwrap()
    }

    pub fn subject(&self) -> String {
        self.parsed().subject().unwrap().to_owned()
    }

    pub fn text(&self) -> String {
        self.parsed().body_text(0).unwrap().replace("\r\n", "\n")
    }

    pub fn html(&self) -> String {
        self.parsed().body_html(0).unwrap().into_owned()
    }

    pub fn id(&self) -> String {
        self.parsed().message_id().unwrap().to_owned()
    }

    /// A header as it is written, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let parsed = self.parsed();
        let raw = parsed.header_raw(name.to_owned())?;
        Some(raw.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The parts that are pictures: their Content-ID, their type and their bytes.
    pub fn pictures(&self) -> Vec<(String, String, Vec<u8>)> {
        let parsed = self.parsed();
        let pictures = parsed.parts.iter().filter_map(|part| {
            let kind = part.content_type()?;
            let is_picture = kind.ctype() == "image";
            is_picture.then(|| {
                let kind = format!("image/{}", kind.subtype().unwrap());
                let id = part.content_id().unwrap().to_owned();
                (id, kind, part.contents().to_vec())
            })
        });
        pictures.collect()
    }

    /// The link in the text that has this in it.
    pub fn link(&self, with: &str) -> String {
        let text = self.text();
        let mut words = text.split_whitespace();
        words.find(|word| word.contains(with)).unwrap().to_owned()
    }
}

#[derive(Default)]
struct State {
    received: Vec<ReceivedMail>,
    /// What goes wrong next, and at which command: `CONNECT`, `EHLO`, `MAIL`, `RCPT`, `DATA`, or `.` for the whole mail.
    faults: VecDeque<(&'static str, Fault)>,
}

/// Takes every mail, unless it was told something else.
pub struct MailServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl MailServer {
    pub fn new() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        // Whatever a client does that breaks off.
        let address = serve_each(move |socket| {
            serve(&socket, &shared);
        });
        Self { address, state }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Has something go wrong at the next such command.
    pub fn fail(&self, at: &'static str, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((at, fault));
    }

    /// What has come since the last time.
    pub fn received(&self) -> Vec<ReceivedMail> {
        std::mem::take(&mut self.state.lock().unwrap().received)
    }
}

/// What goes wrong at a command, if something does.
fn fault(state: &Mutex<State>, at: &str) -> Option<Fault> {
    let mut state = state.lock().unwrap();
    let next = state.faults.front()?;
    (next.0 == at).then(|| state.faults.pop_front().unwrap().1)
}

/// Answers a command, with what goes wrong or as it should; whether the connection goes on.
fn answer(socket: &TcpStream, state: &Mutex<State>, at: &str, usual: &str) -> Option<bool> {
    let mut out = socket;
    match fault(state, at) {
        None => {
            out.write_all(format!("{usual}\r\n").as_bytes()).ok()?;
            Some(true)
        }
        Some(Fault::Says(line)) => {
            out.write_all(format!("{line}\r\n").as_bytes()).ok()?;
            Some(false)
        }
        Some(Fault::SaysForever(line)) => {
            let many = line.repeat(1000);
            while out.write_all(many.as_bytes()).is_ok() {}
            None
        }
        Some(Fault::Closes) => None,
        Some(Fault::Hangs) => {
            // Until the other side gives up.
            let mut rest = Vec::new();
            let _read = out.read_to_end(&mut rest);
            None
        }
    }
}

fn serve(socket: &TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(socket);
    answer(socket, state, "CONNECT", "220 localhost")?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let command = line.get(..4).unwrap_or_default().to_uppercase();
        match command.as_str() {
            "EHLO" => answer(socket, state, "EHLO", "250 localhost")?,
            "MAIL" => answer(socket, state, "MAIL", "250 OK")?,
            "RCPT" => {
                to = line.split(['<', '>']).nth(1)?.to_owned();
                answer(socket, state, "RCPT", "250 OK")?
            }
            "DATA" => {
                if answer(socket, state, "DATA", "354 Go on")? {
                    let bytes = read_mail(&mut reader)?;
                    // Before it is confirmed: who has the confirmation finds it.
                    let to = to.clone();
                    keep(state, ReceivedMail { to, bytes });
                    answer(socket, state, ".", "250 OK")?;
                }
                true
            }
            "QUIT" => {
                answer(socket, state, "QUIT", "221 Bye")?;
                return None;
            }
            _ => answer(socket, state, "OTHER", "250 OK")?,
        };
    }
}

/// Keeps a mail, unless it is going to be refused.
fn keep(state: &Mutex<State>, mail: ReceivedMail) {
    let mut state = state.lock().unwrap();
    if !matches!(state.faults.front(), Some((".", Fault::Says(_)))) {
        state.received.push(mail);
    }
}

/// A mail up to the line with a dot alone.
fn read_mail(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(bytes);
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        bytes.extend_from_slice(line);
    }
}
