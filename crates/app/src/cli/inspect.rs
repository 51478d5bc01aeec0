//! `reedbed inspect`: says what a file is, what is in it, and what cannot be read.

use reedbed_formats::dataset::{Dataset, Form, Packaging};
use reedbed_formats::inspect::{TableInspected, inspect};

use super::Output;
use super::exit::Exit;
use super::inputs::InputArgs;
use super::terminal;

/// Arguments of `reedbed inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
}

/// Inspects what was given.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    let dataset = args.input.open()?;
    let tables = dataset.tables.iter().map(inspect).collect::<Result<Vec<_>, _>>()?;
    if output == Output::Json {
        let notes: Vec<String> =
            dataset.notes.iter().map(|note| format!("{}: {}", note.file, note.text)).collect();
        let body = serde_json::json!({
            "form": form(&dataset),
            "title": dataset.metadata.as_ref().and_then(|data| data.title.clone()),
            "licence": dataset.metadata.as_ref().and_then(|data| data.licence.clone()),
            "tables": tables,
            "notes": notes,
        });
        terminal::print(&serde_json::to_string_pretty(&body)?)?;
        return Ok(Exit::Done);
    }
    terminal::print(form(&dataset))?;
    if let Some(metadata) = &dataset.metadata {
        if let Some(title) = &metadata.title {
            terminal::print(&format!("Title: {title}"))?;
        }
        terminal::print(&format!(
            "Licence: {}",
            metadata.licence.as_deref().unwrap_or("none stated")
        ))?;
    }
    for table in &tables {
        tell(table)?;
    }
    for note in &dataset.notes {
        terminal::print(&format!("Note: {}: {}", note.file, note.text))?;
    }
    Ok(Exit::Done)
}

fn form(dataset: &Dataset) -> &'static str {
    match dataset.form {
        Form::Archive(Packaging::Folder) => "Darwin Core archive (folder)",
        Form::Archive(Packaging::TarGz) => "Darwin Core archive (tar.gz)",
        Form::Archive(Packaging::Zip) => "Darwin Core archive (zip)",
        Form::Tables => "Tables",
    }
}

fn tell(table: &TableInspected) -> Result<(), anyhow::Error> {
    let core = if table.is_core { ", core" } else { "" };
    terminal::print(&format!(
        "\n{} ({}{core}): {} rows, {} columns, {}, delimiter `{}`",
        table.name,
        table.kind,
        table.rows,
        table.columns.len(),
        table.encoding,
        table.delimiter
    ))?;
    if let Some([south, west, north, east]) = table.bounds {
        terminal::print(&format!(
            "  places: {} readable, latitude {south:.2} to {north:.2}, longitude {west:.2} to {east:.2}",
            table.places
        ))?;
    }
    if table.places_unknown + table.places_impossible > 0 {
        terminal::print(&format!(
            "  places that cannot be read: {}, that cannot be: {}",
            table.places_unknown, table.places_impossible
        ))?;
    }
    if let Some((first, last)) = &table.days {
        terminal::print(&format!("  dates: {first} to {last}"))?;
    }
    for column in &table.columns {
        let term = match column.term {
            Some(term) if term == column.heading => String::new(),
            Some(term) => format!(" = {term}"),
            None => " (not a known term)".to_owned(),
        };
        terminal::print(&format!("  {}{term}: {} filled", column.heading, column.filled))?;
    }
    for (reason, (rows, line)) in &table.faults {
        terminal::print(&format!(
            "  cannot be used: {rows} rows, {reason} (first in line {line})"
        ))?;
    }
    Ok(())
}
