use super::*;

#[test]
fn real() {
    let data = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/ala-state-sensitive-lists"
    ));
    let maps: Vec<PathBuf> =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/ala"))
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
    let mut lists: Vec<PathBuf> = std::fs::read_dir(data)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .collect();
    lists.sort();
    let t = std::time::Instant::now();
    let (set, problems) = load(&lists, &maps).unwrap();
    eprintln!("{} rules {} taxa in {:?}", set.rules.len(), set.taxa.len(), t.elapsed());
    for p in &problems {
        eprintln!("{:?} {p}", p.severity);
    }
    let t = std::time::Instant::now();
    let findings = reedbed_core::rule::check::check(
        &set,
        &[],
        &reedbed_core::rule::check::Surroundings {
            areas: None,
            checklist: None,
            today: reedbed_core::period::Day::new(2026, 1, 1).unwrap(),
        },
    );
    eprintln!("check {:?}", t.elapsed());
    for f in &findings {
        eprintln!("F {f}");
    }
}
