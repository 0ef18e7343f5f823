//! Numbers of a linear congruential generator, so that a finding repeats; and what all fuzz tests share.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A stream of numbers.
pub struct Noise(u64);

impl Noise {
    /// The stream of a seed, mixed with the run's own.
    pub fn new(seed: u64) -> Noise {
        let mut noise = Noise(seed.wrapping_add(setting("CARREL_FUZZ_SEED", 0).wrapping_mul(1 << 20)) ^ 0x9e37_79b9);
        noise.below(2);
        noise
    }

    /// A number less than `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    /// True once in `rarity` times.
    pub fn one_in(&mut self, rarity: usize) -> bool {
        self.below(rarity) == 0
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// A whole number from the environment.
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// How much longer than the short run this run is.
pub fn rounds(short: usize) -> usize {
    short * setting("CARREL_FUZZ_ROUNDS", 1) as usize
}

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work`; a panic becomes its place and message.
pub fn caught<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            let is_caught = PLACE.with_borrow(|place| place == "watched");
            if is_caught {
                PLACE.set(panic.location().map(ToString::to_string).unwrap_or_default());
            } else {
                usual(panic);
            }
        }));
    });
    PLACE.set("watched".to_owned());
    let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("{}: {}", PLACE.take(), text.unwrap_or_default())
    });
    PLACE.take();
    outcome
}

/// Different findings, so that one run tells of all.
#[derive(Default)]
pub struct Findings(std::collections::BTreeMap<String, String>);

impl Findings {
    /// Keeps the first finding of a kind.
    pub fn add(&mut self, kind: String, detail: String) {
        self.0.entry(kind).or_insert(detail);
    }

    /// Fails if there were any.
    pub fn report(self) {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(kind, detail)| format!("{kind}\n    {detail}"))
            .collect();
        assert!(lines.is_empty(), "{} findings:\n{}", lines.len(), lines.join("\n"));
    }
}
