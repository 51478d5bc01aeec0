//! What can go wrong when a copy is made.

use reedbed_adversary::Findings;
use reedbed_formats::container::ContainerError;
use reedbed_formats::error::FormatError;

/// Why a copy was not made. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// The input cannot be read.
    #[error("the input cannot be read")]
    Input(#[from] FormatError),
    /// No table has a column that a rule could ask for.
    #[error("no table has a name, a place, a date or an event that could be decided about")]
    NothingToDecide,
    /// A rule list was given where data were asked for.
    #[error("`{table}` looks like a rule list, not like data: what it lists would be shared")]
    RulesAsData {
        /// The table.
        table: String,
    },
    /// There is no rule, so nothing could be protected.
    #[error("the rule lists hold no rule, so nothing would be protected")]
    NoRules,
    /// The wanted form does not fit the dataset.
    #[error("a dataset of {tables} tables cannot be written as one file")]
    OneFileOnly {
        /// How many tables there are.
        tables: usize,
    },
    /// The copy gives away where protected records are. Nothing of it is left.
    #[error("{}", told(findings))]
    Broken {
        /// What the attacks found.
        findings: Box<Findings>,
    },
    /// Earlier copies told records more finely than the rules allow today. Nothing was written.
    #[error(
        "of the protected records {records} were told more finely in earlier copies than the rules allow today; \
         the copies together would not be safe"
    )]
    ToldBefore {
        /// How many.
        records: u64,
    },
    /// Protected records bear no identifier, so no registry can follow them from copy to copy.
    #[error(
        "of the protected records {records} bear no identifier; a registry could not follow them from copy to \
         copy"
    )]
    Nameless {
        /// How many.
        records: u64,
    },
    /// Rows are not accounted for. A fault of ours.
    #[error("rows of table `{table}` are not accounted for; nothing was written")]
    Unbalanced {
        /// The table.
        table: String,
    },
    /// Stated circles do not hold the true places. A fault of ours.
    #[error("{rows} stated circles would not hold the true place; nothing was written")]
    Untrue {
        /// How many.
        rows: u64,
    },
    /// A finished table does not go into the wanted container.
    #[error("the copy cannot be put into the wanted form")]
    Container(#[source] Box<ContainerError>),
    /// The copy cannot be written.
    #[error("the copy cannot be written")]
    Writing(#[source] std::io::Error),
}

impl ShareError {
    pub(crate) fn writing(error: std::io::Error) -> Self {
        Self::Writing(error)
    }

    /// Whether policy refuses, rather than something having failed.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Broken { .. }
                | Self::ToldBefore { .. }
                | Self::NoRules
                | Self::NothingToDecide
                | Self::RulesAsData { .. }
        )
    }

    /// Whether a check of the copy failed.
    pub fn is_unverified(&self) -> bool {
        matches!(self, Self::Unbalanced { .. } | Self::Untrue { .. })
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NothingToDecide => Some(
                "give the columns Darwin Core headings (scientificName, decimalLatitude, eventDate, …); \
                 `reedbed inspect` shows what was understood",
            ),
            Self::RulesAsData { .. } => Some("give it with --rules, and the data before it"),
            Self::Broken { .. } => Some(
                "leave out the columns that gave them away, or let the rules tell these records less \
                 precisely; `siblings` = withhold keeps back a record that has siblings",
            ),
            Self::ToldBefore { .. } => Some(
                "what is out cannot be called back; with --despite-earlier the copy is made without these \
                 records",
            ),
            Self::Nameless { .. } => Some(
                "give each record an occurrenceID (or catalogNumber) that stays the same in later versions \
                 of the data",
            ),
            Self::NoRules => Some("if nothing in the data is sensitive, it needs no copy"),
            Self::OneFileOnly { .. } => {
                Some("leave out --format, or write a Darwin Core archive with --format dwca")
            }
            Self::Unbalanced { .. } | Self::Untrue { .. } => {
                Some("this is a fault in Reedbed; please report it without the data")
            }
            _ => None,
        }
    }
}

/// How many were located, in which rows and by which columns: never where.
fn told(findings: &Findings) -> String {
    let named: Vec<String> = findings
        .claims
        .iter()
        .take(NAMED)
        .map(|claim| {
            let columns = match claim.columns.as_slice() {
                [] => String::new(),
                columns => format!(", {}", columns.join(", ")),
            };
            format!("`{}` line {} ({}{columns})", claim.file, claim.line, claim.attack.words())
        })
        .collect();
    let more = findings.located.saturating_sub(named.len() as u64);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!(
        "the copy is refused: {} of {} protected records could be located in it more finely than the \
         rules allow: {}{more}",
        findings.located,
        findings.protected,
        named.join("; ")
    )
}

/// Rows that are named one by one.
const NAMED: usize = 10;
