//! Values in the form in which Reedbed writes them, so that a copy can be read again.

use super::mapped::STANDARD_NAMES;
use super::{Unfit, Value, WeatherMet};
use crate::error::FormatError;
use crate::rows::TextRow;
use crate::table::Table;

/// The columns of a table of values: time is ISO 8601, unit is UCUM, standardName and cellMethod are
/// those of the CF conventions.
pub const VALUE_HEADINGS: [&str; 8] =
    ["station", "time", "quantity", "standardName", "cellMethod", "value", "unit", "flags"];

/// Whether a table holds values in this form.
pub(crate) fn is_values(table: &Table) -> bool {
    VALUE_HEADINGS.iter().all(|heading| table.headed(heading).is_some())
}

pub(super) fn each<E: From<FormatError>>(
    table: &Table,
    visit: &mut impl FnMut(WeatherMet<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let columns = VALUE_HEADINGS.map(|heading| table.headed(heading));
    let [station, time, quantity, standard_name, method, value, unit, flags] = columns;
    table.texts().each(|row: &TextRow| {
        let unfit = |reason| WeatherMet::Unfit(Unfit { line: row.line, column: "value", reason });
        if row.fault.is_some() {
            return visit(unfit("the row cannot be split into cells"));
        }
        if !row.cell(value).parse().is_ok_and(|number: f64| number.is_finite()) {
            return visit(unfit("a value that is no number"));
        }
        let known = row.cell(standard_name);
        visit(WeatherMet::Value(&Value {
            line: row.line,
            station: row.cell(station).to_owned(),
            quantity: row.cell(quantity).to_owned(),
            standard_name: STANDARD_NAMES
                .iter()
                .find(|name| **name == known)
                .copied()
                .unwrap_or(""),
            method: row.cell(method).to_owned(),
            time: row.cell(time).to_owned(),
            value: row.cell(value).to_owned(),
            unit: row.cell(unit).to_owned(),
            flags: row.cell(flags).to_owned(),
        }))
    })
}
