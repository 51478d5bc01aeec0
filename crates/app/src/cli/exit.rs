//! Exit codes, and the one place that turns an error into words for the outside.

use std::process::ExitCode;

use reedbed_engine::share::ShareError;

use super::Output;
use super::terminal;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: failed; nothing was written.
    Failed,
    /// 2: refused by policy; nothing was written.
    Refused,
    /// 3: a verification failed.
    Unverified,
}

impl Exit {
    /// The code that an error ends with.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<ShareError>() {
            Some(error) if error.is_refusal() => Self::Refused,
            Some(error) if error.is_unverified() => Self::Unverified,
            _ => Self::Failed,
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Refused => 2,
            Self::Unverified => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Writes an error and its causes to standard error.
pub(crate) fn tell(error: &anyhow::Error, output: Output) {
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    let help = help(error);
    match output {
        Output::Json => {
            let body = serde_json::json!({ "error": chain.join(": "), "exit": Exit::of(error).code(), "help": help });
            terminal::say(&body.to_string());
        }
        Output::Human | Output::Plain => {
            terminal::say(&format!("error: {}", chain.join(": ")));
            if let Some(help) = help {
                terminal::say(&format!("  help: {help}"));
            }
        }
    }
}

/// Advice that goes with an error, in a field of its own.
fn help(error: &anyhow::Error) -> Option<&'static str> {
    error.downcast_ref::<ShareError>().and_then(ShareError::help)
}

/// Writes what clap has to say: help and version are results, everything else is a mistake of the
/// caller's and ends with 1, because 2 means that policy refused.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let exit = if error.use_stderr() { Exit::Failed } else { Exit::Done };
    match error.print() {
        Ok(()) => exit.into(),
        Err(_nobody_listens) => Exit::Failed.into(),
    }
}
