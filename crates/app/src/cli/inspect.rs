//! `reedbed inspect`: says what a file is, what is in it, and what cannot be read.

use reedbed_formats::dataset::{Dataset, Form, Note, Packaging};
use reedbed_formats::inspect::{KindInspected, TableInspected, inspect, inspect_kinds};

use super::Output;
use super::exit::Exit;
use super::inputs::InputArgs;
use super::terminal::{self, counted};

/// Arguments of `reedbed inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
}

/// Inspects what was given.
pub(crate) fn run(args: &Args, output: Output) -> Result<Exit, anyhow::Error> {
    let collection = args.input.open_all()?;
    let dataset = &collection.records;
    let tables = inspect(dataset)?;
    let kinds = inspect_kinds(&collection)?;
    match output {
        Output::Human => {
            if !tables.is_empty() {
                tell(dataset, &tables)?;
            }
            for kind in &kinds {
                tell_kind(kind)?;
            }
            for note in &collection.notes {
                terminal::print(&format!("Note: {}: {}", note.file, note.text))?;
            }
        }
        Output::Json => tell_json(dataset, &tables, &kinds, &collection.notes)?,
        Output::Plain => {
            if !tables.is_empty() {
                tell_facts(dataset, &tables)?;
            }
            for kind in &kinds {
                kind_facts(kind)?;
            }
        }
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

fn tell_kind(kind: &KindInspected) -> Result<(), anyhow::Error> {
    terminal::print(&format!("{} ({})", kind.name, kind.kind))?;
    for (what, number) in &kind.counts {
        terminal::print(&format!("  {what}: {number}"))?;
    }
    if let Some([south, west, north, east]) = kind.bounds {
        terminal::print(&format!(
            "  places: latitude {south:.2} to {north:.2}, longitude {west:.2} to {east:.2}"
        ))?;
    }
    if let Some((first, last)) = &kind.days {
        terminal::print(&format!("  dates: {first} to {last}"))?;
    }
    for (what, value) in &kind.told {
        terminal::print(&format!("  {what} = {value}"))?;
    }
    Ok(())
}

fn kind_facts(kind: &KindInspected) -> Result<(), anyhow::Error> {
    terminal::fact(&[&kind.name, "kind", kind.kind])?;
    for (what, number) in &kind.counts {
        terminal::fact(&[&kind.name, what, &number.to_string()])?;
    }
    for (side, degrees) in
        ["south", "west", "north", "east"].iter().zip(kind.bounds.into_iter().flatten())
    {
        terminal::fact(&[&kind.name, side, &degrees.to_string()])?;
    }
    if let Some((first, last)) = &kind.days {
        terminal::fact(&[&kind.name, "first day", first])?;
        terminal::fact(&[&kind.name, "last day", last])?;
    }
    Ok(())
}

fn tell_json(
    dataset: &Dataset,
    tables: &[TableInspected],
    kinds: &[KindInspected],
    notes: &[Note],
) -> Result<(), anyhow::Error> {
    let all = dataset.notes.iter().chain(notes);
    let notes: Vec<String> = all.map(|note| format!("{}: {}", note.file, note.text)).collect();
    terminal::print_json(&serde_json::json!({
        "form": form(dataset),
        "title": dataset.metadata.as_ref().and_then(|data| data.title.clone()),
        "licence": dataset.metadata.as_ref().and_then(|data| data.licence.clone()),
        "tables": tables,
        "notes": notes,
        "kinds": kinds,
    }))
}

/// One fact per line: what it is about, what it is, and its value.
fn tell_facts(dataset: &Dataset, tables: &[TableInspected]) -> Result<(), anyhow::Error> {
    terminal::fact(&["dataset", "form", form(dataset)])?;
    if let Some(metadata) = &dataset.metadata {
        let texts = [("title", &metadata.title), ("licence", &metadata.licence)];
        for (what, text) in texts {
            terminal::fact(&["dataset", what, text.as_deref().unwrap_or_default()])?;
        }
    }
    for table in tables {
        let fact = |what: &str, value: &dyn ToString| {
            terminal::fact(&[&table.name, what, &value.to_string()])
        };
        fact("kind", &table.kind)?;
        fact("core", &table.is_core)?;
        fact("rows", &table.rows)?;
        fact("character set", &table.encoding)?;
        fact("delimiter", &table.delimiter)?;
        fact("places", &table.places)?;
        fact("places that cannot be read", &table.places_unknown)?;
        fact("places that cannot be", &table.places_impossible)?;
        fact("places that disagree", &table.places_disagree)?;
        for (side, degrees) in
            ["south", "west", "north", "east"].iter().zip(table.bounds.into_iter().flatten())
        {
            fact(side, &degrees)?;
        }
        if let Some((first, last)) = &table.days {
            fact("first day", first)?;
            fact("last day", last)?;
        }
        if let Some(rows) = &table.events_missing {
            fact("events missing", rows)?;
        }
        fact("looks like a rule list", &table.looks_like_rules)?;
        for column in &table.columns {
            let term = column.term.unwrap_or_default();
            let filled = column.filled.to_string();
            terminal::fact(&[&table.name, "column", &column.heading, term, &filled])?;
        }
        for (reason, (rows, line)) in &table.faults {
            let (rows, line) = (rows.to_string(), line.to_string());
            terminal::fact(&[&table.name, "cannot be used", reason, &rows, &line])?;
        }
    }
    for note in &dataset.notes {
        terminal::fact(&[&note.file, "note", &note.text])?;
    }
    Ok(())
}

fn tell(dataset: &Dataset, tables: &[TableInspected]) -> Result<(), anyhow::Error> {
    terminal::print(form(dataset))?;
    if let Some(metadata) = &dataset.metadata {
        if let Some(title) = &metadata.title {
            terminal::print(&format!("Title: {title}"))?;
        }
        terminal::print(&format!(
            "Licence: {}",
            metadata.licence.as_deref().unwrap_or("none stated")
        ))?;
    }
    for table in tables {
        tell_table(table)?;
    }
    for note in &dataset.notes {
        terminal::print(&format!("Note: {}: {}", note.file, note.text))?;
    }
    Ok(())
}

fn tell_table(table: &TableInspected) -> Result<(), anyhow::Error> {
    let core = if table.is_core { ", core" } else { "" };
    terminal::print(&format!(
        "\n{} ({}{core}): {}, {}, {}, delimiter `{}`",
        table.name,
        table.kind,
        counted(table.rows, "row"),
        counted(table.columns.len() as u64, "column"),
        table.encoding,
        table.delimiter
    ))?;
    if table.looks_like_rules {
        terminal::print(
            "  it looks like a rule list: give it with --rules; `reedbed rules check` looks it over",
        )?;
    }
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
    if table.places_disagree > 0 {
        let rows = counted(table.places_disagree, "row");
        terminal::print(&format!("  decimal and verbatim coordinates are two places: {rows}"))?;
    }
    if let Some((first, last)) = &table.days {
        terminal::print(&format!("  dates: {first} to {last}"))?;
    }
    if let Some(rows) = table.events_missing {
        let rows = counted(rows, "row");
        terminal::print(&format!("  events that no table of events has: {rows}"))?;
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
        let rows = counted(*rows, "row");
        terminal::print(&format!("  cannot be used: {rows}, {reason} (first in line {line})"))?;
    }
    Ok(())
}
