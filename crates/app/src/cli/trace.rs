//! `reedbed trace`: which partner's copy a file came from.

use std::path::PathBuf;

use super::Output;
use super::exit::Exit;
use super::inputs::InputArgs;
use super::ledger::tell;
use super::terminal;
use crate::vault::{NAMED, Traced, UnlockArgs, Vault};

/// Arguments of `reedbed trace`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    leak: InputArgs,
    /// Folder of the vault that the copies were released from.
    #[arg(long, value_name = "VAULT")]
    vault: PathBuf,
    #[command(flatten)]
    unlock: UnlockArgs,
}

/// Traces a file.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    super::vault::keep_memory_private();
    let vault = Vault::open(&args.vault)?;
    let own = vault.unlock(&args.unlock)?;
    let traced = vault.trace(&args.leak, &own)?;
    tell(output, &in_words(&traced), &facts(&traced))?;
    Ok(Exit::Done)
}

fn in_words(traced: &Traced) -> String {
    let named: Vec<_> = traced.partners.iter().filter(|partner| partner.is_named()).collect();
    let rows = terminal::counted(traced.rows as u64, "row");
    let mut text = String::new();
    for partner in &named {
        text.push_str(&format!(
            "NAMED: the file came from a copy of `{}`, alone or among others.\n  The chance that any \
             partner without a part in it fits so well: {:.1e}, at most.\n",
            partner.name, partner.chance
        ));
        for (dataset, rows, package) in &partner.copies {
            let package = package.get(..16).unwrap_or_default();
            text.push_str(&format!("  They have: `{dataset}`, {rows}, package {package}\n"));
        }
    }
    if named.is_empty() {
        text.push_str(&format!(
            "CANNOT TELL: nobody is named who does not fit better than one in {:.0} would by accident.\n",
            1.0 / NAMED
        ));
        let most = traced.partners.iter().map(|partner| partner.fit.cells).max();
        text.push_str(match most {
            None => "No copies were handed to partners.\n",
            Some(0) => "It holds no place as any partner was told it.\n",
            Some(cells) if cells < ENOUGH => {
                "It holds too few places that partners were told differently.\n"
            }
            Some(_) => "What it holds is not what any of the partners was told.\n",
        });
    }
    text.push_str(&format!("{rows} of the file state a place.\n"));
    for partner in &traced.partners {
        text.push_str(&format!(
            "  {}: {} of {} cells that tell partners apart are as they were told; by accident: {:.1e}\n",
            partner.name, partner.fit.fitting, partner.fit.cells, partner.fit.chance
        ));
    }
    text.push_str(
        "A copy is named, not a person; the copies that the reserve itself keeps are such copies too. Whoever \
         has the vault's own key could have made such a file.",
    );
    text
}

fn facts(traced: &Traced) -> Vec<(&'static str, String)> {
    let mut facts = vec![("rows", traced.rows.to_string())];
    for partner in &traced.partners {
        let verdict = if partner.is_named() { "named" } else { "cannot-tell" };
        let (fit, chance) = (&partner.fit, partner.chance);
        let told = format!("{}\t{}\t{}\t{chance:e}", partner.name, fit.fitting, fit.cells);
        facts.push((verdict, told));
    }
    facts
}

/// From so many cells on somebody would be named whom all of them fit, among a thousand partners.
const ENOUGH: usize = 16;
