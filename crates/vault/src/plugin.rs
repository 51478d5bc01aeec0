//! Plugins of age: programs that open shares with a key that this process never sees, such as one in
//! hardware.
//!
//! A recipient `age1NAME1…` and an identity `AGE-PLUGIN-NAME-1…` are spoken for by the program
//! `age-plugin-NAME`, over its standard input and output (C2SP age-plugin, recipient-v1 and
//! identity-v1). One key of a file at a time is wrapped or unwrapped. Nobody is asked anything: what a
//! plugin says is passed on, and a secret that it asks for comes in as a value.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;

use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use age_core::primitives::bech32_decode;
use age_core::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

mod talk;

use talk::Talk;

/// What plugins are run with.
#[derive(Clone)]
pub struct Plugins {
    /// Folders in which the programs are sought, in this order; only whole paths count.
    pub folders: Vec<PathBuf>,
    /// What a plugin is given that asks for a secret: once each time that it runs, because hardware
    /// locks up when a wrong one is tried again.
    pub secret: Option<Zeroizing<String>>,
    /// Settings of the environment that a plugin does not see.
    pub hidden: &'static [&'static str],
    /// Where what a plugin has to say goes.
    pub say: fn(&str),
}

/// Why a plugin did not do what it was to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// It ended, or closed its output, in the midst of it.
    #[error("`{program}` broke off before it was done")]
    Broken {
        /// The name of the program.
        program: String,
    },
    /// It says what the protocol does not know.
    #[error("`{program}` does not speak as a plugin of age does: {reason}")]
    Form {
        /// The name of the program.
        program: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The program is not there.
    #[error("the program `{program}`, which speaks for the key, is in no folder of PATH")]
    Missing {
        /// The name of the program.
        program: String,
    },
    /// It does not want to, or cannot.
    #[error("`{program}` refuses: {message}")]
    Refused {
        /// The name of the program.
        program: String,
        /// What it says.
        message: String,
    },
    /// It asks for a secret, and there is none.
    #[error("`{program}` asks for a secret, and REEDBED_OFFICER_PASSPHRASE gives none")]
    Secret {
        /// The name of the program.
        program: String,
    },
    /// It cannot be run.
    #[error("`{program}` cannot be run: {reason}")]
    Start {
        /// The name of the program.
        program: String,
        /// What the system says.
        reason: String,
    },
}

/// What a plugin seals to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipient {
    name: String,
    text: String,
}

/// What a plugin opens with. `Debug` shows nothing of it.
#[derive(Clone)]
pub(crate) struct Identity {
    name: String,
    text: Zeroizing<String>,
}

impl Plugins {
    /// No plugins: for whoever has none.
    pub fn none() -> Self {
        Self { folders: Vec::new(), secret: None, hidden: &[], say: |_| {} }
    }

    fn find(&self, program: &str) -> Result<PathBuf, PluginError> {
        let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        let folders = self.folders.iter().filter(|folder| folder.is_absolute());
        let found = folders.map(|folder| folder.join(&file)).find(|path| is_program(path));
        found.ok_or_else(|| PluginError::Missing { program: program.to_owned() })
    }
}

impl fmt::Debug for Plugins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins").field("folders", &self.folders).finish_non_exhaustive()
    }
}

impl Recipient {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let name = human_part(text)?.strip_prefix("age1")?.to_owned();
        is_name(&name).then(|| Self { name, text: text.to_owned() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the program is there.
    pub(crate) fn check(&self, plugins: &Plugins) -> Result<(), PluginError> {
        plugins.find(&program(&self.name)).map(drop)
    }

    /// Seals bytes; the plugin sees the key of the sealed file, and not the bytes.
    pub(crate) fn seal(&self, plugins: &Plugins, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let failed = |error| match error {
            EncryptError::Io(error) => Failure::of(error),
            _ => Failure::Other,
        };
        let wrapping = Wrapping { recipient: self, plugins };
        // `age::encrypt` takes for granted that a recipient does not fail.
        let recipients = [&wrapping as &dyn age::Recipient];
        let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).map_err(failed)?;
        let mut sealed = Vec::new();
        let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
            writer.write_all(bytes)?;
            writer.finish().map(drop)
        });
        written.map(|()| sealed).map_err(Failure::of)
    }
}

impl Identity {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let part = human_part(text)?;
        let name = part.strip_prefix("AGE-PLUGIN-")?.strip_suffix('-')?.to_lowercase();
        is_name(&name).then(|| Self { name, text: Zeroizing::new(text.to_owned()) })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether one plugin speaks for both.
    pub(crate) fn goes_with(&self, recipient: &Recipient) -> bool {
        self.name == recipient.name
    }

    /// Opens what was sealed.
    pub(crate) fn open(&self, plugins: &Plugins, sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        age::decrypt(&Unwrapping { identity: self, plugins }, sealed).map_err(|error| match error {
            DecryptError::Io(error) => Failure::of(error),
            _ => Failure::Other,
        })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(withheld)")
    }
}

/// Whose fault it is that something is not sealed or opened.
pub(crate) enum Failure {
    Plugin(PluginError),
    Other,
}

impl Failure {
    fn of(error: io::Error) -> Self {
        error.downcast::<PluginError>().map_or(Self::Other, Self::Plugin)
    }
}

struct Wrapping<'a> {
    recipient: &'a Recipient,
    plugins: &'a Plugins,
}

impl Wrapping<'_> {
    fn wrap(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), PluginError> {
        let mut talk = Talk::begin(&program(&self.recipient.name), "recipient-v1", self.plugins)?;
        talk.send("add-recipient", &[&self.recipient.text], b"")?;
        talk.send("extension-labels", &[], b"")?;
        talk.send("wrap-file-key", &[], key.expose_secret())?;
        talk.send("done", &[], b"")?;
        let (mut stanzas, mut labels) = (Vec::new(), HashSet::new());
        while let Some(said) = talk.next(&["recipient-stanza", "labels"])? {
            if said.tag == "labels" {
                labels.extend(said.args);
            } else {
                let mut args = said.args.into_iter();
                let (Some("0"), Some(tag)) = (args.next().as_deref(), args.next()) else {
                    return Err(talk.wrong("it wraps the key of a file that it was not given"));
                };
                stanzas.push(Stanza { tag, args: args.collect(), body: said.body });
            }
            talk.send("ok", &[], b"")?;
        }
        talk.end()?;
        if stanzas.is_empty() {
            return Err(talk.wrong("it neither wraps the key of the file nor says why not"));
        }
        Ok((stanzas, labels))
    }
}

impl age::Recipient for Wrapping<'_> {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.wrap(key).map_err(|error| EncryptError::Io(io::Error::other(error)))
    }
}

struct Unwrapping<'a> {
    identity: &'a Identity,
    plugins: &'a Plugins,
}

impl Unwrapping<'_> {
    fn unwrap<'a>(
        &self,
        stanzas: impl Iterator<Item = &'a Stanza>,
    ) -> Result<Option<FileKey>, PluginError> {
        let mut talk = Talk::begin(&program(&self.identity.name), "identity-v1", self.plugins)?;
        talk.send("add-identity", &[&self.identity.text], b"")?;
        for stanza in stanzas {
            let mut args = vec!["0", stanza.tag.as_str()];
            args.extend(stanza.args.iter().map(String::as_str));
            talk.send("recipient-stanza", &args, &stanza.body)?;
        }
        talk.send("done", &[], b"")?;
        let mut key = None;
        while let Some(said) = talk.next(&["file-key"])? {
            let body = Zeroizing::new(said.body);
            if key.is_some() || said.args.first().map(String::as_str) != Some("0") {
                return Err(talk.wrong("it unwraps the key of a file that it was not given"));
            }
            let unwrapped = FileKey::try_init_with_mut(|key| {
                let is_whole = body.len() == key.len();
                key.iter_mut().zip(body.iter()).for_each(|(to, from)| *to = *from);
                if is_whole { Ok(()) } else { Err(talk.wrong("a key has another length")) }
            });
            key = Some(unwrapped?);
            talk.send("ok", &[], b"")?;
        }
        let ended = talk.end();
        // What it says against one stanza does not count once another was opened.
        if key.is_none() { ended.map(|()| None) } else { Ok(key) }
    }
}

impl age::Identity for Unwrapping<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let failed = |error| DecryptError::Io(io::Error::other(error));
        self.unwrap(stanzas.iter()).map_err(failed).transpose()
    }
}

/// The part of a bech32 text before its data.
fn human_part(text: &str) -> Option<String> {
    bech32_decode(
        text,
        |_error| None,
        |_part| Ok(()),
        |part, _data| Ok::<_, Option<String>>(Some(part.to_string())),
    )
    .unwrap_or_else(|none| none)
}

/// INVARIANT: a name leads to no other folder, and hides no other program.
fn is_name(name: &str) -> bool {
    let is_sign = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '_')
    };
    !name.is_empty() && name.chars().all(is_sign)
}

fn program(name: &str) -> String {
    format!("age-plugin-{name}")
}

#[cfg(unix)]
fn is_program(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|of| of.is_file() && of.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &std::path::Path) -> bool {
    path.is_file()
}
