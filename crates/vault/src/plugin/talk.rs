//! A talk with a plugin: stanzas that go to it and come from it, and what it may ask for meanwhile.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use age_core::format::Stanza;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::{PluginError, Plugins};
use crate::request::is_hidden;

/// A plugin that runs; it is ended where the talk is broken off.
pub(super) struct Talk<'a> {
    program: String,
    child: Child,
    /// Closed at the end, so that the plugin ends too.
    pipes: Option<(ChildStdin, BufReader<ChildStdout>)>,
    plugins: &'a Plugins,
    is_secret_given: bool,
    /// It asked for a secret and got none.
    is_secret_missing: bool,
    /// Why it will not, as it says itself.
    refusal: Option<String>,
}

impl<'a> Talk<'a> {
    /// Runs the program in one of its two roles.
    ///
    /// Errors: [`PluginError::Missing`], [`PluginError::Start`].
    pub(super) fn begin(
        program: &str,
        role: &str,
        plugins: &'a Plugins,
    ) -> Result<Self, PluginError> {
        let mut command = Command::new(plugins.find(program)?);
        command.arg(format!("--age-plugin={role}")).current_dir(std::env::temp_dir());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // PRIVACY: it gets the secret that it asks for, and no other of ours.
        for name in plugins.hidden {
            command.env_remove(name);
        }
        let start = |reason: String| PluginError::Start { program: program.to_owned(), reason };
        let mut child = command.spawn().map_err(|error| start(error.to_string()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let pipes = pipes.map(|(input, output)| (input, BufReader::new(output)));
        Ok(Self {
            program: program.to_owned(),
            child,
            pipes,
            plugins,
            is_secret_given: false,
            is_secret_missing: false,
            refusal: None,
        })
    }

    /// Sends a stanza.
    ///
    /// Errors: [`PluginError::Broken`].
    pub(super) fn send(
        &mut self,
        tag: &str,
        args: &[&str],
        body: &[u8],
    ) -> Result<(), PluginError> {
        let mut text = Zeroizing::new(format!("-> {tag}"));
        for arg in args {
            text.push(' ');
            text.push_str(arg);
        }
        let mut bytes = Zeroizing::new(text.as_bytes().to_vec());
        let body = Zeroizing::new(STANDARD_NO_PAD.encode(body));
        bytes.push(b'\n');
        for line in body.as_bytes().chunks(COLUMNS) {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        // The last line of a body is a short one.
        if body.len().is_multiple_of(COLUMNS) {
            bytes.push(b'\n');
        }
        let sent = self.pipes.as_mut().map(|(input, _)| {
            input.write_all(&bytes)?;
            input.flush()
        });
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(self.broken()),
        }
    }

    /// What the plugin says next that is one of some words; nothing when it is done. What it asks for
    /// meanwhile is answered.
    ///
    /// Errors: [`PluginError::Broken`], [`PluginError::Form`].
    pub(super) fn next(&mut self, words: &[&str]) -> Result<Option<Stanza>, PluginError> {
        for _ in 0..MOST_STANZAS {
            let said = self.receive()?;
            let text = || plain(&String::from_utf8_lossy(&said.body));
            match said.tag.as_str() {
                "done" => return Ok(None),
                "msg" => {
                    self.say(&text());
                    self.send("ok", &[], b"")?;
                }
                // Nobody is there who could answer.
                "confirm" | "request-public" => {
                    self.say(&text());
                    self.send("fail", &[], b"")?;
                }
                "request-secret" => {
                    self.say(&text());
                    let plugins = self.plugins;
                    match &plugins.secret {
                        Some(secret) if !self.is_secret_given => {
                            self.is_secret_given = true;
                            self.send("ok", &[], secret.as_bytes())?;
                        }
                        secret => {
                            self.is_secret_missing = secret.is_none();
                            self.send("fail", &[], b"")?;
                        }
                    }
                }
                "error" => {
                    let kind = said.args.first().map_or("", String::as_str);
                    let text = text();
                    let reason = if text.is_empty() { plain(kind) } else { text };
                    self.refusal.get_or_insert(reason);
                    self.send("ok", &[], b"")?;
                }
                tag if words.contains(&tag) => return Ok(Some(said)),
                _ => self.send("unsupported", &[], b"")?,
            }
        }
        Err(self.wrong("it does not come to an end"))
    }

    /// Ends the talk.
    ///
    /// Errors: what the plugin said against what it was asked to do.
    pub(super) fn end(&mut self) -> Result<(), PluginError> {
        self.pipes = None;
        let _ = self.child.wait();
        let program = self.program.clone();
        match self.refusal.take() {
            Some(_) if self.is_secret_missing => Err(PluginError::Secret { program }),
            Some(message) => Err(PluginError::Refused { program, message }),
            None => Ok(()),
        }
    }

    /// The plugin does not keep to the protocol.
    pub(super) fn wrong(&self, reason: &'static str) -> PluginError {
        PluginError::Form { program: self.program.clone(), reason }
    }

    fn broken(&self) -> PluginError {
        let program = self.program.clone();
        if self.is_secret_missing {
            PluginError::Secret { program }
        } else {
            PluginError::Broken { program }
        }
    }

    fn say(&self, text: &str) {
        (self.plugins.say)(&format!("{}: {text}", self.program));
    }

    fn receive(&mut self) -> Result<Stanza, PluginError> {
        let head = self.line()?;
        let head = head.strip_prefix("-> ").ok_or(self.wrong("a stanza does not begin as one"))?;
        let mut words = head.split(' ').map(str::to_owned);
        let tag = words.next().unwrap_or_default();
        let args: Vec<String> = words.collect();
        if tag.is_empty() || args.iter().any(String::is_empty) {
            return Err(self.wrong("a stanza has an empty word"));
        }
        let mut text = Zeroizing::new(String::new());
        loop {
            let line = self.line()?;
            text.push_str(&line);
            if line.len() > COLUMNS || text.len() > MOST_BYTES {
                return Err(self.wrong("a stanza is too long"));
            }
            if line.len() < COLUMNS {
                break;
            }
        }
        let body = STANDARD_NO_PAD.decode(text.as_bytes());
        let body = body.map_err(|_error| self.wrong("a stanza is no base64"))?;
        Ok(Stanza { tag, args, body })
    }

    fn line(&mut self) -> Result<Zeroizing<String>, PluginError> {
        let mut bytes = Zeroizing::new(Vec::new());
        let read = self.pipes.as_mut().map(|(_, output)| {
            output.by_ref().take(MOST_BYTES as u64).read_until(b'\n', &mut bytes)
        });
        let read: io::Result<usize> = read.unwrap_or(Ok(0));
        if !read.is_ok_and(|count| count > 0) {
            return Err(self.broken());
        }
        if bytes.pop() != Some(b'\n') {
            let is_long = bytes.len() + 1 >= MOST_BYTES;
            return Err(if is_long { self.wrong("a line is too long") } else { self.broken() });
        }
        let text = String::from_utf8(std::mem::take(&mut *bytes));
        text.map(Zeroizing::new).map_err(|_error| self.wrong("a line is no text"))
    }
}

impl Drop for Talk<'_> {
    fn drop(&mut self) {
        if self.pipes.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What a plugin says, in one line that does nothing to a terminal.
fn plain(text: &str) -> String {
    text.trim().replace(is_hidden, " ")
}

const COLUMNS: usize = 64;
const MOST_BYTES: usize = 1024 * 1024;
/// So few that answers to them fit into a pipe that nobody reads.
const MOST_STANZAS: usize = 1_000;
