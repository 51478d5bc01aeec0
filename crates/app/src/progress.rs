//! Progress bars on standard error, on a terminal only.

use std::io::IsTerminal;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use reedbed_engine::share::{Progress, Stage};

use crate::cli::Output;

/// Shows how far a long piece of work is.
#[derive(Debug)]
pub(crate) struct Bars {
    shown: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    /// Bars where a person watches; silence elsewhere.
    pub(crate) fn new(output: Output) -> Self {
        let shown = output == Output::Human && std::io::stderr().is_terminal();
        Self { shown, bar: Mutex::new(None) }
    }
}

impl Progress for Bars {
    fn begin(&self, stage: Stage, bytes: u64) {
        if !self.shown {
            return;
        }
        let bar = ProgressBar::new(bytes);
        let template = "{msg:<28} {wide_bar} {bytes}/{total_bytes} {eta:>4}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(match stage {
            Stage::Attacking => "Attacking the copy",
            Stage::Deciding => "Deciding what is sensitive",
            Stage::Writing => "Writing the copy",
        });
        if let Ok(mut slot) = self.bar.lock()
            && let Some(old) = slot.replace(bar)
        {
            old.finish_and_clear();
        }
    }

    fn advance(&self, bytes: u64) {
        if let Ok(slot) = self.bar.lock()
            && let Some(bar) = slot.as_ref()
        {
            bar.inc(bytes);
        }
    }

    fn end(&self) {
        if let Ok(mut slot) = self.bar.lock()
            && let Some(bar) = slot.take()
        {
            bar.finish_and_clear();
        }
    }
}
