use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn period(start: &str, end: &str) -> Period {
    Period::new(day(start), day(end)).unwrap()
}

fn read(text: &str) -> String {
    match Period::parse(text) {
        PeriodRead::Known(period) => period.iso_interval(),
        PeriodRead::Unknown => "unknown".to_owned(),
        PeriodRead::Impossible => "impossible".to_owned(),
    }
}

#[test]
fn iso_dates_are_read() {
    for (text, expected) in [
        ("2009-06-03", "2009-06-03"),
        (" 2009-06-03 ", "2009-06-03"),
        ("20090603", "2009-06-03"),
        ("2009-6-3", "2009-06-03"),
        ("2009-06", "2009-06-01/2009-06-30"),
        ("2009", "2009-01-01/2009-12-31"),
        ("2008-366", "2008-12-31"),
        ("2009154", "2009-06-03"),
        ("2009-W23", "2009-06-01/2009-06-07"),
        ("2009-W23-3", "2009-06-03"),
        ("2009W233", "2009-06-03"),
        ("2009-W01-1", "2008-12-29"),
        ("2009-06-03Z", "2009-06-03"),
        ("199X", "1990-01-01/1999-12-31"),
        ("1999-XX", "1999-01-01/1999-12-31"),
        ("1999-06-XX", "1999-06-01/1999-06-30"),
        ("1999-XX-XX", "1999-01-01/1999-12-31"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn times_and_zones_leave_the_day_as_it_stands() {
    for text in [
        "2009-06-03T15:13:54Z",
        "2009-06-03 15:13:54.576",
        "2009-06-03 00:00:00.0",
        "2009-06-03T23:30-11:00",
        "2009-06-03T00:30+1400",
        "2009-06-03T1513",
        "20090603T151354Z",
        "2009-06-03T15",
        "2009-06-03T24:00",
        "2009-154T15:13",
        "2009-06-03 3:15 PM",
        "03-Jun-2009 12:00 am",
        "2009-06-03T15:13:54 UTC",
    ] {
        assert_eq!(read(text), "2009-06-03", "{text}");
    }
}

#[test]
fn intervals_are_read() {
    for (text, expected) in [
        ("2007-11-13/15", "2007-11-13/2007-11-15"),
        ("2007-03-01/05-11", "2007-03-01/2007-05-11"),
        ("2007-11/12", "2007-11-01/2007-12-31"),
        ("2007-11-13 / 2007-11-13", "2007-11-13"),
        ("2007-12-30/2008-01-02", "2007-12-30/2008-01-02"),
        ("2007/2009", "2007-01-01/2009-12-31"),
        ("2007-11-13/2008", "2007-11-13/2008-12-31"),
        ("2007-11/2008-02-03", "2007-11-01/2008-02-03"),
        ("20071113/20071115", "2007-11-13/2007-11-15"),
        ("2009-154/160", "2009-06-03/2009-06-09"),
        ("2009-W23/W24", "2009-06-01/2009-06-14"),
        ("2007-11-13T10:00Z/2007-11-15T09:30Z", "2007-11-13/2007-11-15"),
        ("2007-11-13T10:00/15T12:00", "2007-11-13/2007-11-15"),
        ("2007-11-13T10:00/12:00", "2007-11-13"),
        ("2007-11-13T22:00/02:00", "2007-11-13/2007-11-14"),
        ("18 Jun 1999/20 Jun 1999", "1999-06-18/1999-06-20"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn other_spellings_are_read_where_they_allow_one_date_only() {
    for (text, expected) in [
        ("18 Jun 1999", "1999-06-18"),
        ("June 18th, 1999", "1999-06-18"),
        ("18-JUN-1999", "1999-06-18"),
        ("18. Juni 1999", "1999-06-18"),
        ("18 de junio de 1999", "1999-06-18"),
        ("1er août 1999", "1999-08-01"),
        ("1999 Mar 5", "1999-03-05"),
        ("5.iii.1999", "1999-03-05"),
        ("5 VIII 1999", "1999-08-05"),
        ("September 1999", "1999-09-01/1999-09-30"),
        ("18.06.1999", "1999-06-18"),
        ("18/06/1999", "1999-06-18"),
        ("6/18/1999 0:00", "1999-06-18"),
        ("06.06.1999", "1999-06-06"),
        ("1999/06/05", "1999-06-05"),
        ("1999.06.05", "1999-06-05"),
        ("06/1999", "1999-06-01/1999-06-30"),
        ("06.1999", "1999-06-01/1999-06-30"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_allows_two_dates_is_unknown() {
    for text in [
        "05.06.1999",
        "05/06/1999",
        "5-6-1999",
        "2007/11",
        "99-06-18",
        "18.06.99",
        "200906",
        "",
        "-",
        "unknown",
        "summer 1999",
        "1999?",
        "1999~",
        "2009-06-03/",
        "2009-06-03/..",
        "/2009",
        "../2009",
        "1999-00-00",
        "1999-06-00",
        "0000-00-00",
        "39967",
        "18 Jun",
        "Jun",
        "18-20 Jun 1999",
        "2009-06-03T15:13/1830",
        "2009-06-03T",
        "2009-06-03 at noon",
        "2009-06-03/P3D",
        "1990s",
        "2009-06-03/2009-06-04/2009-06-05",
        "i",
        "１９９９",
        "Fri 18 Jun 1999",
    ] {
        assert_eq!(read(text), "unknown", "{text}");
    }
}

#[test]
fn what_is_shaped_like_a_date_and_none_is_impossible() {
    for text in [
        "2009-13-01",
        "2009-02-30",
        "2009-13",
        "20091301",
        "2009-366",
        "2009-W54",
        "2009-W23-8",
        "2009-06-31",
        "31.13.1999",
        "30 Feb 1999",
        "1066-10-14",
        "2101-01-01",
        "9999",
        "0099",
        "2009-06-03T25:00",
        "2009-06-03T12:61",
        "2007-11-15/13",
        "2008-01-01/2007-01-01",
        "2007-11-13/31",
        "2009-02-30/2009-03-01",
        "13/1999",
        "2007-11-13T13:00 PM",
    ] {
        assert_eq!(read(text), "impossible", "{text}");
    }
}

fn cells<'a>(event_date: &'a str, parts: [&'a str; 5]) -> PeriodCells<'a> {
    let [year, month, day, start_day_of_year, end_day_of_year] = parts;
    PeriodCells { event_date, year, month, day, start_day_of_year, end_day_of_year }
}

#[test]
fn parts_are_read() {
    for (parts, expected) in [
        (["2009", "6", "3", "", ""], "2009-06-03"),
        (["2009", "06", "", "", ""], "2009-06-01/2009-06-30"),
        (["2009", "Jun", "3", "", ""], "2009-06-03"),
        (["2009", "", "", "", ""], "2009-01-01/2009-12-31"),
        (["2009", "", "", "154", "160"], "2009-06-03/2009-06-09"),
        (["2009", "6", "", "154", "160"], "2009-06-03/2009-06-09"),
        (["2009", "6", "3", "154", "160"], "2009-06-03/2009-06-09"),
        (["2009", "6", "3", "160", "160"], "2009-06-03/2009-06-09"),
    ] {
        let [year, month, day, start, end] = parts;
        let read = Period::from_parts(year, month, day, start, end);
        assert_eq!(read.known().unwrap().iso_interval(), expected, "{parts:?}");
    }
    for parts in [
        ["", "", "", "", ""],
        ["", "6", "3", "", ""],
        ["09", "6", "3", "", ""],
        ["2009", "summer", "", "", ""],
        ["2009", "6", "3-5", "", ""],
        ["2009", "", "", "350", "10"],
    ] {
        assert_eq!(cells("", parts).read(), PeriodRead::Unknown, "{parts:?}");
    }
}

#[test]
fn cells_that_disagree_widen_the_period_to_both() {
    for (event_date, parts, expected) in [
        ("2009-06-03", ["2009", "6", "3", "154", "154"], "2009-06-03"),
        ("2009-06-03", ["2009", "6", "", "", ""], "2009-06-03"),
        ("2009-06-03", ["2009", "7", "3", "", ""], "2009-06-03/2009-07-03"),
        ("2009-06-03", ["2009", "7", "", "", ""], "2009-06-03/2009-07-31"),
        ("2009-06-03", ["2009", "", "", "154", "160"], "2009-06-03/2009-06-09"),
        ("2009-05/2009-07", ["2009", "5", "1", "", ""], "2009-05-01/2009-07-31"),
        ("2008-12-30/2009-01-02", ["2008", "12", "", "", ""], "2008-12-30/2009-01-02"),
        ("unknown", ["2009", "6", "3", "", ""], "2009-06-03"),
        ("05/06/2009", ["2009", "6", "5", "", ""], "2009-06-05"),
        ("05/06/2009", ["2009", "5", "6", "", ""], "2009-05-06"),
        ("2009-06-03", ["", "", "", "", ""], "2009-06-03"),
    ] {
        let read = cells(event_date, parts).read();
        assert_eq!(read.known().unwrap().iso_interval(), expected, "{event_date} {parts:?}");
    }
}

#[test]
fn an_event_date_that_cannot_be_read_is_not_replaced_by_its_parts() {
    for (event_date, parts) in [
        ("summers of 2008 and 2009", ["2009", "6", "3", "", ""]),
        ("05/06/2009", ["2009", "", "", "", ""]),
        ("05/06/2009", ["2009", "7", "1", "", ""]),
        ("2009-06-03/..", ["2009", "6", "3", "", ""]),
    ] {
        assert_eq!(cells(event_date, parts).read(), PeriodRead::Unknown, "{event_date}");
    }
}

#[test]
fn an_impossible_cell_is_named() {
    for (event_date, parts, term) in [
        ("2009-02-30", ["2009", "", "", "", ""], Some("eventDate")),
        ("", ["1066", "", "", "", ""], Some("year")),
        ("", ["2009", "13", "", "", ""], Some("month")),
        ("", ["2009", "1", "32", "", ""], Some("day")),
        ("2009-03-01", ["2009", "2", "30", "", ""], Some("day")),
        ("", ["2009", "", "", "367", "367"], Some("startDayOfYear")),
        ("", ["2009", "", "", "", "400"], Some("endDayOfYear")),
        ("2009", ["", "", "", "", ""], None),
    ] {
        let cells = cells(event_date, parts);
        assert_eq!(cells.impossible_term(), term, "{event_date} {parts:?}");
        assert_eq!(cells.read() == PeriodRead::Impossible, term.is_some());
    }
}

#[test]
fn a_period_is_generalised_to_whole_units() {
    let period = period("2009-06-03", "2010-02-05");
    for (precision, expected) in [
        (Precision::Day, "2009-06-03/2010-02-05"),
        (Precision::Month, "2009-06-01/2010-02-28"),
        (Precision::Year, "2009-01-01/2010-12-31"),
        (Precision::Decade, "2000-01-01/2019-12-31"),
        (Precision::None, "1500-01-01/2100-12-31"),
    ] {
        assert_eq!(period.generalise(precision).iso_interval(), expected);
    }
    let last = Period::parse("2100-06-03").known().unwrap().generalise(Precision::Decade);
    assert_eq!(last.iso_interval(), "2100-01-01/2100-12-31");
}

#[test]
fn a_record_is_older_only_when_all_of_it_is() {
    let period = period("2009-06-03", "2010-02-28");
    assert!(!period.older_than(10, day("2020-02-28")));
    assert!(period.older_than(10, day("2020-02-29")));
    let leap_day = Period::parse("2020-02-29").known().unwrap();
    assert!(!leap_day.older_than(1, day("2021-02-28")));
    assert!(leap_day.older_than(1, day("2021-03-01")));
    assert!(!period.older_than(u16::MAX, day("2100-01-01")));
}

#[test]
fn a_season_may_cross_the_year_end() {
    let winter = SeasonWindow::parse("11-01", "02-28").unwrap();
    assert!(winter.crosses_year_end());
    for (text, expected) in [
        ("2009-12-24", true),
        ("2009-01-01", true),
        ("2009-11-01", true),
        ("2009-02-28", true),
        ("2009-03-01", false),
        ("2009-10-31", false),
        ("2009-03-01/2009-10-31", false),
        ("2009-03-01/2009-11-01", true),
        ("2009-10-30/2010-03-05", true),
        ("2009", true),
    ] {
        assert_eq!(winter.touches(Period::parse(text).known().unwrap()), expected, "{text}");
    }
    assert_eq!(winter.to_string(), "11-01 to 02-28");
}

#[test]
fn a_season_of_the_leap_day_touches_what_surrounds_it() {
    let leap = SeasonWindow::parse("02-29", "02-29").unwrap();
    for (text, expected) in [
        ("2008-02-29", true),
        ("2009-02-28", false),
        ("2009-03-01", false),
        ("2009-02-28/2009-03-01", true),
        ("2009-03-01/2010-02-28", true),
    ] {
        assert_eq!(leap.touches(Period::parse(text).known().unwrap()), expected, "{text}");
    }
}

#[test]
fn a_season_is_of_days_that_exist() {
    for text in ["02-30", "13-01", "1", "", "00-10", "11-1-1", "Nov-1", "+1-01"] {
        assert!(SeasonWindow::parse(text, "12-31").is_err(), "{text}");
        assert!(SeasonWindow::parse("01-01", text).is_err(), "{text}");
    }
    assert_eq!(SeasonWindow::new((2, 29), (4, 31)), None);
    assert_eq!(SeasonWindow::new((4, 1), (8, 15)), SeasonWindow::parse("4-1", "08-15").ok());
}

#[test]
fn days_count_from_1970() {
    assert_eq!(Day::from_days_since_1970(0).to_string(), "1970-01-01");
    assert_eq!(Day::from_days_since_1970(-1).to_string(), "1969-12-31");
    assert_eq!(Day::from_days_since_1970(20_000).to_string(), "2024-10-04");
    assert_eq!(Day::from_days_since_1970(i32::MAX).to_string(), "9999-12-31");
    assert_eq!(Day::from_days_since_1970(i32::MIN).year(), 1);
}

#[test]
fn words_round_trip() {
    for precision in Precision::ALL {
        assert_eq!(precision.word().parse(), Ok(precision));
    }
    assert!("fortnight".parse::<Precision>().is_err());
    assert!("2009".parse::<Day>().is_err());
}

fn any_period() -> impl Strategy<Value = Period> {
    // Days since 1970 of the years 1500 to 2100.
    let length = prop_oneof![Just(0), 0..40_i32, 0..800_i32, 0..80_000_i32];
    (-171_664..47_846_i32, length).prop_map(|(from, length)| {
        let last = (from + length).min(47_846);
        Period::new(Day::from_days_since_1970(from), Day::from_days_since_1970(last)).unwrap()
    })
}

proptest! {
    #[test]
    fn a_generalised_period_contains_the_original(period in any_period()) {
        for precision in Precision::ALL {
            let once = period.generalise(precision);
            prop_assert!(once.contains(period));
            prop_assert_eq!(once.generalise(precision), once);
        }
    }

    #[test]
    fn a_coarser_period_contains_a_finer(period in any_period()) {
        for pair in Precision::ALL.windows(2) {
            let (fine, coarse) = (period.generalise(pair[0]), period.generalise(pair[1]));
            prop_assert!(coarse.contains(fine));
            prop_assert_eq!(fine.generalise(pair[1]), coarse);
        }
    }

    #[test]
    fn what_is_written_reads_back(period in any_period()) {
        prop_assert_eq!(Period::parse(&period.iso_interval()), PeriodRead::Known(period));
    }

    #[test]
    fn a_season_touches_as_counting_days_says(
        period in any_period(),
        from in 0..366_u16,
        to in 0..366_u16,
    ) {
        let leap_year = day("2024-01-01");
        let (from, to) = (leap_year.plus_days(from).month_day(), leap_year.plus_days(to).month_day());
        let window = SeasonWindow::new(from, to).unwrap();
        let is_inside = |day: Day| {
            let at = day.month_day();
            if from <= to { from <= at && at <= to } else { from <= at || at <= to }
        };
        let days: Vec<Day> = (0..366).map(|n| period.start().plus_days(n)).take_while(|day| *day <= period.end()).collect();
        let counted = days.len() >= 365 || days.iter().copied().any(is_inside);
        // The leap day is thought into every year, so only a window of that day may say more.
        prop_assert!(window.touches(period) || !counted);
        if from != (2, 29) && to != (2, 29) {
            prop_assert_eq!(window.touches(period), counted);
        }
    }

    #[test]
    fn no_text_makes_reading_fail(text in "[0-9/TWXZ.: +-]{0,30}|\\PC{0,40}") {
        let _ = Period::parse(&text);
        let _ = Period::from_parts(&text, &text, &text, &text, &text);
    }
}

#[test]
fn a_day_of_the_year_without_a_year_is_one_of_the_year_of_the_date() {
    let cells = PeriodCells {
        event_date: "2020-01-10",
        start_day_of_year: "125",
        ..PeriodCells::default()
    };
    let period = cells.read().known().unwrap();
    assert_eq!(
        (period.start().to_string(), period.end().to_string()),
        ("2020-01-10".into(), "2020-05-04".into())
    );
}
