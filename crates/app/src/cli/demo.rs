//! `reedbed demo`: makes a small generated wetland reserve, shares it, and plays what becomes of its data
//! in a vault.

mod story;

use std::path::PathBuf;

use clap::Parser;

use super::Output;
use super::exit::Exit;
use super::{share, terminal};
use crate::demo;

/// Arguments of `reedbed demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder for the reserve and its copies; must not exist yet.
    #[arg(short, long, value_name = "OUT", default_value = "reedbed-demo")]
    out: PathBuf,
    /// Number from which the reserve is generated; the same number gives the same reserve.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// `reedbed share`, parsed as from the command line: the demo shows what a person would type.
#[derive(Debug, Parser)]
struct ShareLine {
    #[command(flatten)]
    args: share::Args,
}

/// Makes and shares the reserve.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    if args.out.exists() {
        return Err(crate::whole::exists_already(&args.out));
    }
    let reserve = demo::generate(&args.out.join("reserve"), args.seed)?;
    let show = |text: &str| if output == Output::Human { terminal::print(text) } else { Ok(()) };
    show(
        "A wetland reserve that does not exist was generated: records, cameras, tracks, weather, habitats, photos, boundaries, rules.",
    )?;
    for (audience, to) in [("public", None), ("partner", Some("Reedmoor University"))] {
        let out = args.out.join(audience);
        let mut line: Vec<std::ffi::OsString> =
            vec!["share".into(), reserve.archive.clone().into()];
        line.extend(reserve.others.iter().map(|folder| folder.clone().into()));
        line.extend(["--attach".into(), reserve.document.clone().into()]);
        line.extend(["--rules".into(), reserve.rules.clone().into()]);
        line.extend(["--area".into(), reserve.boundaries.clone().into()]);
        line.extend(["--title".into(), "Records of the Reedmoor reserve".into()]);
        line.extend(["--for".into(), audience.into(), "-o".into(), out.into()]);
        if let Some(partner) = to {
            line.extend([
                "--to".into(),
                partner.into(),
                "--terms".into(),
                reserve.terms.clone().into(),
            ]);
        }
        show("")?;
        let shown: Vec<String> = line.iter().map(|part| quoted(&part.to_string_lossy())).collect();
        show(&format!("$ reedbed {}", shown.join(" ")))?;
        share::run(&ShareLine::try_parse_from(line)?.args, output)?;
    }
    show("")?;
    show("Open the report in a browser: it says what was changed and why, and shows the map.")?;
    story::play(&args.out, &reserve, output)?;
    Ok(Exit::Done)
}

fn quoted(part: &str) -> String {
    if part.contains(' ') { format!("'{part}'") } else { part.to_owned() }
}
