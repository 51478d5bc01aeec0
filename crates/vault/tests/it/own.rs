//! The vault's own key and what is sealed: the ways to it, and that nothing else opens it.

use std::io::{Read as _, Write as _};

use reedbed_vault::officer::Officer;
use reedbed_vault::own::{Cost, Own, OwnError, Slot};
use reedbed_vault::plugin::Plugins;
use reedbed_vault::sealed::{self, SealedError};
use reedbed_vault::shares::{Key, ShareError};

use crate::support::Seeded;

/// As little as Argon2id takes, so that tests are quick.
const CHEAP: Cost = Cost { memory_kib: 32, passes: 1, lanes: 1 };

fn reread(slot: &Slot) -> Slot {
    let text = slot.to_text();
    let again = Slot::read(&text).unwrap();
    assert_eq!(&again, slot);
    again
}

#[test]
fn a_passphrase_opens_its_slot_and_no_other_does() {
    let own = Own::generate();
    let slot = own.lock_by_passphrase("the bittern booms", CHEAP, &mut Seeded::new(1)).unwrap();
    let slot = reread(&slot);
    let opened = slot.open_by_passphrase("the bittern booms").unwrap();
    assert_eq!(opened.recipient(), own.recipient());
    let sealed = sealed::seal(&own.recipient(), b"a level").unwrap();
    assert_eq!(opened.open(&sealed).unwrap().as_slice(), b"a level");
    for wrong in ["", "the bittern boom", "the bittern booms "] {
        assert!(matches!(slot.open_by_passphrase(wrong), Err(OwnError::Wrong("passphrase"))));
    }
    assert!(matches!(slot.open_by_key(&Key::new([1; 32])), Err(OwnError::Other("passphrase"))));
    assert!(matches!(Own::generate().open(&sealed), Err(SealedError::Sealed)));
    assert_eq!(format!("{own:?}"), "Own(withheld)");
}

#[test]
fn a_key_that_lies_elsewhere_opens_its_slot() {
    let (own, key) = (Own::generate(), Key::generate(&mut Seeded::new(2)));
    let slot = reread(&own.lock_by_key(&key).unwrap());
    assert_eq!(slot.open_by_key(&key).unwrap().recipient(), own.recipient());
    let other = Key::generate(&mut Seeded::new(3));
    assert!(matches!(slot.open_by_key(&other), Err(OwnError::Wrong("key-file"))));
}

#[test]
fn enough_officers_open_their_slot_and_fewer_do_not() {
    let own = Own::generate();
    let officers = ["a", "b", "c"].map(|name| Officer::generate(name, name).unwrap());
    let cards = officers.each_ref().map(|officer| officer.card().unwrap());
    let (cards, none): (Vec<_>, _) = (cards.iter().collect(), Plugins::none());
    let slot = reread(&own.lock_by_officers(2, &cards, &none, &mut Seeded::new(4)).unwrap());
    let [a, b, c] = officers;
    let alone = slot.open_by_officers(std::slice::from_ref(&a), &none);
    assert!(matches!(alone, Err(OwnError::Share(ShareError::TooFew { .. }))));
    let stranger = Officer::generate("d", "d").unwrap();
    assert!(slot.open_by_officers(&[a, stranger], &none).is_err());
    assert_eq!(slot.open_by_officers(&[b, c], &none).unwrap().recipient(), own.recipient());
}

#[test]
fn a_slot_that_was_changed_is_none() {
    let own = Own::generate();
    let other = Own::generate();
    let slot = own.lock_by_passphrase("x", CHEAP, &mut Seeded::new(5)).unwrap();
    let text = slot.to_text();
    // It does not say that it opens another key, nor asks for a mountain of memory.
    let foreign = Slot::read(&text.replace(&own.recipient(), &other.recipient())).unwrap();
    assert!(matches!(foreign.open_by_passphrase("x"), Err(OwnError::Wrong(_))));
    let greedy = text.replace("argon2id 32 1 1", "argon2id 99999999 1 1");
    assert!(matches!(Slot::read(&greedy), Err(OwnError::Cost)));
    for changed in [
        String::new(),
        text.replace("slot/v1", "slot/v2"),
        text.replace("passphrase", "password"),
        format!("{text}\n"),
        text.lines().take(3).collect(),
    ] {
        assert!(matches!(Slot::read(&changed), Err(OwnError::Form { .. })), "{changed}");
    }
}

#[test]
fn a_sealed_file_that_was_cut_or_put_in_another_order_is_refused() {
    let key = Key::generate(&mut Seeded::new(6));
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut writer = sealed::writer(Vec::new(), &sealed::recipient_of(&key).unwrap()).unwrap();
    writer.write_all(&content).unwrap();
    let whole = writer.finish().unwrap();
    let open = |bytes: &[u8], key: &Key| -> Result<Vec<u8>, SealedError> {
        let mut opened = Vec::new();
        sealed::reader(bytes, key)?.read_to_end(&mut opened)?;
        Ok(opened)
    };
    assert_eq!(open(&whole, &key).unwrap(), content);
    assert!(open(&whole, &Key::generate(&mut Seeded::new(7))).is_err());
    // Truncated at chunk borders and elsewhere, appended, swapped, repeated, flipped.
    let chunk = 64 * 1024 + 16;
    let first = whole.len() % chunk;
    for cut in [0, 10, first, first + chunk, first + 2 * chunk, whole.len() - 1] {
        assert!(open(&whole[..cut], &key).is_err(), "{cut}");
    }
    assert!(open(&[&whole[..], b"x"].concat(), &key).is_err());
    let head = whole.len() - (content.len() / 65_536 * chunk + content.len() % 65_536 + 16);
    let part = |at: usize| &whole[head + at * chunk..head + (at + 1) * chunk];
    let swapped = [&whole[..head], part(1), part(0), &whole[head + 2 * chunk..]].concat();
    assert_eq!(swapped.len(), whole.len());
    assert!(open(&swapped, &key).is_err());
    let repeated = [&whole[..head + chunk], part(0), &whole[head + chunk..]].concat();
    assert!(open(&repeated, &key).is_err());
    for at in (0..whole.len()).step_by(9_973) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        assert!(open(&flipped, &key).is_err(), "{at}");
    }
}
