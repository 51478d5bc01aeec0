//! Exit codes, and the one place that turns an error into words for the outside.

use std::io;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use reedbed_engine::rules::RulesError;
use reedbed_engine::share::ShareError;
use reedbed_vault::officer::OfficerError;
use reedbed_vault::plugin::PluginError;

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
    /// 3: a verification failed, or a rule list has errors.
    Unverified,
}

impl Exit {
    /// The code that an error ends with.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let share = error.downcast_ref::<ShareError>();
        let rules = error.downcast_ref::<RulesError>();
        if share.is_some_and(ShareError::is_refusal) || rules.is_some_and(RulesError::is_refusal) {
            Self::Refused
        } else if share.is_some_and(ShareError::is_unverified) {
            Self::Unverified
        } else {
            Self::Failed
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
            terminal::say(&format!("{body:#}"));
        }
        Output::Human | Output::Plain => {
            terminal::say(&format!("error: {}", chain.join(": ")));
            if let Some(help) = help {
                terminal::say(&format!("  help: {help}"));
            }
        }
    }
}

/// An error of the commands themselves, with advice.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Advised {
    /// What could not be done.
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) help: String,
}

/// Advice that goes with an error, in a field of its own.
fn help(error: &anyhow::Error) -> Option<&str> {
    let share = || error.downcast_ref::<ShareError>()?.help();
    let rules = || error.downcast_ref::<RulesError>()?.help();
    let own = || Some(error.downcast_ref::<Advised>()?.help.as_str());
    let plugin = || match error.downcast_ref::<OfficerError>()? {
        OfficerError::Plugin(error) => plugin_help(error),
        _ => None,
    };
    share().or_else(rules).or_else(own).or_else(plugin)
}

fn plugin_help(error: &PluginError) -> Option<&'static str> {
    match error {
        PluginError::Missing { .. } => {
            Some("install it, and see to it that PATH names the folder that it is in, in full")
        }
        PluginError::Secret { .. } => Some("give it in REEDBED_OFFICER_PASSPHRASE"),
        _ => None,
    }
}

/// Writes what clap has to say: help and version are results, everything else is a mistake of the
/// caller's and ends with 1, because 2 means that policy refused.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let exit = if error.use_stderr() { Exit::Failed } else { Exit::Done };
    let printed = error.print();
    if lacks_rules(error) {
        terminal::say(RULES_HELP);
    }
    match printed {
        // A closed pipe (`reedbed help | head`) is nothing that went wrong.
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Exit::Failed.into(),
        _ => exit.into(),
    }
}

fn lacks_rules(error: &clap::Error) -> bool {
    let missing = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(missing)) => std::slice::from_ref(missing),
        Some(ContextValue::Strings(missing)) => missing,
        _ => return false,
    };
    error.kind() == ErrorKind::MissingRequiredArgument
        && missing.iter().any(|argument| argument.starts_with("--rules "))
}

const RULES_HELP: &str = "  help: a rule list says what is sensitive; a CSV file with the columns \
scientificName and category is enough to begin with (README.md, step 2; docs/rules.md)";
