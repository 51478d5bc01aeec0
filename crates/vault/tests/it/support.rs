//! A small generator, and how often the long campaign asks for.

/// The same seed gives the same numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF0)
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((z ^ (z >> 31)) % u64::from(end.max(1))).unwrap()
    }
}

/// How many runs the long campaign asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "the campaign of many cases is asked for from outside"
)]
pub(crate) fn asked() -> Option<u64> {
    std::env::var("VAULT_CASES").ok()?.parse().ok()
}

/// Bytes of a seed, where real ones would be drawn from the system.
pub(crate) struct Seeded(Random);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Random::new(seed))
    }
}

impl rand_core::TryRng for Seeded {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.0.below(u32::MAX))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from(self.0.below(u32::MAX)) << 32 | u64::from(self.0.below(u32::MAX)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.iter_mut().for_each(|byte| *byte = u8::try_from(self.0.below(256)).unwrap());
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Seeded {}
