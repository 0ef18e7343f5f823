//! The allowance of an output's frame for its messages: how much it may cost the page in a second.
//! It knows nothing of frames. Read next: `web/output_messages.rs`.

/// What a frame may cost in a second: a message costs one, and one more for each millisecond that reading it took.
/// An animated height is told once a frame, so this is several times what an honest output needs, and widgets say something at every step of a slider.
const ALLOWANCE: f64 = 400.0;

/// What has been spent in a second. A second begins with the first cost after the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spending {
    since_ms: f64,
    spent: f64,
}

impl Spending {
    /// Adds a cost; true if there has been too much in this second.
    pub fn add(&mut self, now_ms: f64, cost: f64) -> bool {
        if now_ms - self.since_ms > 1000.0 {
            *self = Self {
                since_ms: now_ms,
                spent: 0.0,
            };
        }
        self.spent += cost;
        self.spent > ALLOWANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_animation_is_no_flood() {
        let mut spending = Spending::default();
        let mut told = (0..2000).map(|frame| f64::from(frame) * 8.0);
        assert!(!told.any(|now_ms| spending.add(now_ms, 1.1)));
    }

    #[test]
    fn too_many_or_too_slow_messages_are_a_flood() {
        let mut many = Spending::default();
        assert_eq!((0..1000).position(|_| many.add(50_000.0, 1.0)), Some(400));
        let mut slow = Spending::default();
        assert_eq!((0..1000).position(|_| slow.add(50_000.0, 81.0)), Some(4));
        assert!(!many.add(51_001.0, 1.0), "the next second begins anew");
    }
}
