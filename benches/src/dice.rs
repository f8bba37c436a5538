//! Numbers that look like chance and are the same every time.

pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = (self.0 >> 32) as u32;
        ((u64::from(high) * u64::from(most)) >> 32) as u32
    }
}
