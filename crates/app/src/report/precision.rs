//! How much precision was given up: the uncertainty before and after, by category.

use reedbed_engine::summary::{CategorySummary, Summary};

use super::markup::Page;
use super::{number, text, withheld};

/// Writes the section.
pub(super) fn write(page: &mut Page, summary: &Summary) {
    page.section("precision", text::PRECISION, |page| {
        let told: Vec<&CategorySummary> =
            summary.categories.iter().filter(|category| category.after_m.is_some()).collect();
        let Some(axis) = Axis::of(&told) else {
            page.paragraph(text::NO_PLACES);
            return;
        };
        page.begin_table("precision stacked", &text::PRECISION_COLUMNS);
        for category in told {
            row(page, category, &axis);
        }
        page.end_table().remark(text::PRECISION_REMARK);
    });
}

fn row(page: &mut Page, category: &CategorySummary, axis: &Axis) {
    page.begin_row();
    withheld::swatch(page, category);
    if category.before_unknown > 0 {
        page.raw("<small>").text(&text::before_unknown(category.before_unknown)).raw("</small>");
    }
    page.end_row_heading();
    let [_, median, high, _] = text::PRECISION_COLUMNS_SHORT;
    let pick = |pair: Option<(u64, u64)>| (pair.map(|it| it.0), pair.map(|it| it.1));
    let (before, after) = (pick(category.before_m), pick(category.after_m));
    for (label, before, after) in [(median, before.0, after.0), (high, before.1, after.1)] {
        let (before, after) = text::before_after(before, after);
        page.raw("<td role=\"cell\" class=\"change\"><span class=\"unit\" aria-hidden=\"true\">");
        page.raw(label).raw(" </span><span>").text(&before).raw("</span> → <b>");
        page.text(&after).raw("</b></td>");
    }
    page.raw("<td role=\"cell\" class=\"scale\">");
    drawing(page, category, axis);
    page.raw("</td>").end_row();
}

/// The numbers of the row once more, for the eye; readers of the screen have heard them.
fn drawing(page: &mut Page, category: &CategorySummary, axis: &Axis) {
    page.raw("<svg viewBox=\"0 0 260 48\" aria-hidden=\"true\" class=\"c-");
    page.raw(category.category.word()).raw("\"><path class=\"axis\" d=\"");
    for (metres, _) in axis.ticks() {
        page.raw("M").coordinate(axis.x(metres)).raw(" 0V33");
    }
    page.raw("\"/>");
    for (metres, label) in axis.ticks() {
        page.raw("<text x=\"").coordinate(axis.x(metres)).raw("\" y=\"45\">");
        page.text(&label).raw("</text>");
    }
    mark(page, category.before_m, axis, "before", "9");
    mark(page, category.after_m, axis, "after", "24");
    page.raw("</svg>");
}

fn mark(
    page: &mut Page,
    pair: Option<(u64, u64)>,
    axis: &Axis,
    class: &'static str,
    y: &'static str,
) {
    let Some((median, high)) = pair else { return };
    page.raw("<path class=\"").raw(class).raw("\" d=\"M").coordinate(axis.x(median)).raw(" ");
    page.raw(y).raw("H").coordinate(axis.x(high)).raw("\"/><circle class=\"").raw(class);
    page.raw("\" cx=\"").coordinate(axis.x(median)).raw("\" cy=\"").raw(y).raw("\" r=\"5\"/>");
}

/// A logarithmic axis over whole decades of metres.
struct Axis {
    /// The first decade: the power of ten.
    first: u32,
    last: u32,
}

impl Axis {
    fn of(categories: &[&CategorySummary]) -> Option<Self> {
        let pairs = || categories.iter().flat_map(|it| [it.before_m, it.after_m]).flatten();
        let least = pairs().map(|(median, high)| median.min(high)).min()?;
        let most = pairs().map(|(median, high)| median.max(high)).max()?;
        let first = least.max(1).ilog10();
        // The next power of ten that is not below the largest value.
        let last = most.max(1).ilog10() + u32::from(!is_power_of_ten(most));
        Some(Self { first, last: last.max(first + 1) })
    }

    fn x(&self, metres: u64) -> f64 {
        let decades = f64::from(self.last - self.first);
        let at = (metres.max(1) as f64).log10() - f64::from(self.first);
        LEFT + (at / decades) * (RIGHT - LEFT)
    }

    /// Powers of ten with their names, few enough that the names have room.
    fn ticks(&self) -> impl Iterator<Item = (u64, String)> {
        let step = (self.last - self.first).div_ceil(MOST_STEPS).max(1);
        (self.first..=self.last)
            .step_by(usize::try_from(step).unwrap_or(1))
            .filter_map(|power| 10_u64.checked_pow(power))
            .map(|metres| (metres, number::length(metres)))
    }
}

fn is_power_of_ten(value: u64) -> bool {
    value > 0 && 10_u64.checked_pow(value.ilog10()) == Some(value)
}

const LEFT: f64 = 22.0;
const RIGHT: f64 = 232.0;
const MOST_STEPS: u32 = 4;

#[cfg(test)]
mod tests {
    use reedbed_core::category::Category;

    use super::*;

    fn axis(before: (u64, u64), after: (u64, u64)) -> Axis {
        let category = CategorySummary {
            category: Category::High,
            by_rule: 1,
            shared: 0,
            withheld: 0,
            withheld_shared: 0,
            withheld_pulled: 0,
            before_unknown: 0,
            before_m: Some(before),
            after_m: Some(after),
        };
        Axis::of(&[&category]).unwrap()
    }

    #[test]
    fn the_axis_holds_every_value_in_whole_decades() {
        let axis = axis((25, 100), (8_000, 12_500));
        assert_eq!((axis.first, axis.last), (1, 5));
        for metres in [25, 100, 8_000, 12_500] {
            assert!((LEFT..=RIGHT).contains(&axis.x(metres)), "{metres}");
        }
        assert!((axis.x(10) - LEFT).abs() < 1e-9);
        assert!((axis.x(100_000) - RIGHT).abs() < 1e-9);
    }

    #[test]
    fn an_axis_has_length_and_few_ticks_whatever_the_values() {
        let one = axis((1000, 1000), (1000, 1000));
        assert!(one.last > one.first && one.ticks().count() == 2);
        let wide = axis((0, 1), (u64::MAX, u64::MAX));
        assert!(wide.ticks().count() <= 6);
        assert!(wide.x(0).is_finite() && wide.x(u64::MAX) <= RIGHT);
    }
}
