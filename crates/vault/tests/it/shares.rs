//! Keys in shares.

use proptest::prelude::*;
use rand_core::CryptoRng;
use reedbed_vault::shares::{Commitment, Key, Share, ShareError, combine, split};

use crate::support::Seeded;

fn made(needed: usize, all: usize, seed: u64) -> (Key, Vec<Share>, Vec<Commitment>) {
    let mut random = Seeded::new(seed);
    let key = Key::generate(&mut random);
    let shares = split(&key, needed, all, &mut random).unwrap();
    let commitments = shares.iter().map(Share::commitment).collect();
    (key, shares, commitments)
}

#[test]
fn any_so_many_make_the_key_and_fewer_do_not() {
    for (needed, all) in [(2, 2), (2, 3), (3, 5), (5, 5)] {
        let (key, shares, commitments) = made(needed, all, 7);
        for set in 0_u32..1 << all {
            let some: Vec<Share> =
                (0..all).filter(|at| set & (1 << at) != 0).map(|at| shares[at].clone()).collect();
            let made = combine(&some, needed, &commitments);
            if some.len() >= needed {
                assert_eq!(made.unwrap(), key);
            } else {
                assert!(matches!(made, Err(ShareError::TooFew { .. })));
            }
        }
    }
}

#[test]
fn a_false_share_is_found_out() {
    let (_, mut shares, commitments) = made(2, 3, 8);
    let (_, others, _) = made(2, 3, 9);
    let with = [shares[0].clone(), others[1].clone()];
    assert_eq!(combine(&with, 2, &commitments).unwrap_err(), ShareError::False { at: 2 });
    let with = [shares[0].clone(), shares[0].clone()];
    assert_eq!(combine(&with, 2, &commitments).unwrap_err(), ShareError::Twice { at: 2 });
    let mut bytes = shares[1].bytes().to_vec();
    bytes[17] ^= 1;
    shares[1] = Share::new(bytes);
    assert_eq!(combine(&shares, 2, &commitments).unwrap_err(), ShareError::False { at: 2 });
    let empty = Share::new(Vec::new());
    assert_eq!(combine(&[empty], 2, &commitments).unwrap_err(), ShareError::False { at: 1 });
}

#[test]
fn one_of_one_and_the_like_are_refused() {
    let mut random = Seeded::new(1);
    let key = Key::generate(&mut random);
    for (needed, all) in [(0, 0), (0, 3), (1, 1), (1, 3), (3, 2), (2, 256)] {
        let refused = split(&key, needed, all, &mut random);
        assert_eq!(refused.unwrap_err(), ShareError::Numbers { needed, all });
    }
}

#[test]
fn nothing_of_keys_and_shares_is_shown() {
    let (key, shares, _) = made(2, 3, 3);
    assert_eq!(format!("{key:?} {:?}", shares[0]), "Key(withheld) Share(withheld)");
}

#[test]
fn one_share_tells_nothing_of_the_key() {
    // Of two keys, shares with one number are spread alike: each byte of each takes all values.
    let mut seen = [[false; 256]; 2];
    for (at, byte) in [0_u8, 255].into_iter().enumerate() {
        let key = Key::new([byte; 32]);
        for seed in 0..400 {
            let shares = split(&key, 2, 3, &mut Seeded::new(seed)).unwrap();
            for byte in &shares[0].bytes()[1..] {
                seen[at][usize::from(*byte)] = true;
            }
        }
    }
    assert!(seen.iter().all(|values| values.iter().all(|is_seen| *is_seen)));
}

proptest! {
    #[test]
    fn keys_come_back(bytes: [u8; 32], needed in 2_usize..6, more in 0_usize..5, seed: u64) {
        let key = Key::new(bytes);
        let mut random = Seeded::new(seed);
        let shares = split(&key, needed, needed + more, &mut random).unwrap();
        let commitments: Vec<_> = shares.iter().map(Share::commitment).collect();
        let some = &shares[more..];
        prop_assert_eq!(combine(some, needed, &commitments).unwrap(), key);
    }
}

/// Whoever needs randomness says so.
const _: fn(&mut Seeded) = |random| {
    fn needs(_: &mut impl CryptoRng) {}
    needs(random);
};
