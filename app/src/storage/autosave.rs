//! When to store a changed document. Pure: it is told the time and tells how long to wait.

/// How long the document must rest before it is stored.
const REST_MS: f64 = 500.0;

/// How long a document that never rests waits at most, for example while a cell prints.
const PATIENCE_MS: f64 = 3000.0;

/// How long to wait after a failure before trying again.
const RETRY_MS: f64 = 5000.0;

/// What has been changed and stored so far. Changes are counted, so that one made during a write is not lost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Autosave {
    num_changes: u64,
    num_stored_changes: u64,
    first_change_ms: f64,
    last_change_ms: f64,
    not_before_ms: f64,
    is_writing: bool,
}

impl Autosave {
    /// Notes a change.
    pub fn change(&mut self, now_ms: f64) {
        if !self.is_dirty() {
            self.first_change_ms = now_ms;
        }
        self.num_changes += 1;
        self.last_change_ms = now_ms;
    }

    /// True while something has not been stored.
    pub fn is_dirty(&self) -> bool {
        self.num_changes != self.num_stored_changes
    }

    /// How long to wait before the next write; none while there is nothing to write or one is on its way.
    pub fn wait_ms(&self, now_ms: f64) -> Option<f64> {
        if !self.is_dirty() || self.is_writing {
            return None;
        }
        let due = (self.last_change_ms + REST_MS)
            .min(self.first_change_ms + PATIENCE_MS)
            .max(self.not_before_ms);
        Some((due - now_ms).max(0.0))
    }

    /// Notes that a write begins, and returns the number of changes it contains. None if one is on its way already.
    pub fn begin(&mut self) -> Option<u64> {
        if self.is_writing {
            return None;
        }
        self.is_writing = true;
        Some(self.num_changes)
    }

    /// Notes that a write has ended well.
    pub fn succeed(&mut self, num_changes: u64, now_ms: f64) {
        self.is_writing = false;
        self.num_stored_changes = num_changes;
        self.first_change_ms = now_ms;
        self.not_before_ms = 0.0;
    }

    /// Notes that a write has failed; the changes stay to be written.
    pub fn fail(&mut self, now_ms: f64) {
        self.is_writing = false;
        self.not_before_ms = now_ms + RETRY_MS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resting_document_is_stored_and_a_restless_one_too() {
        let mut autosave = Autosave::default();
        assert_eq!(autosave.wait_ms(0.0), None);
        autosave.change(0.0);
        assert_eq!(autosave.wait_ms(100.0), Some(400.0));
        for tick in 1..30 {
            autosave.change(f64::from(tick) * 100.0);
        }
        assert_eq!(autosave.wait_ms(2900.0), Some(100.0));
    }

    #[test]
    fn a_change_during_a_write_is_written_next() {
        let mut autosave = Autosave::default();
        autosave.change(0.0);
        let num_changes = autosave.begin().expect("nothing is being written");
        assert_eq!(autosave.begin(), None);
        autosave.change(10.0);
        autosave.succeed(num_changes, 20.0);
        assert!(autosave.is_dirty());
        assert_eq!(autosave.wait_ms(20.0), Some(490.0));
    }

    #[test]
    fn a_failed_write_is_tried_again_later() {
        let mut autosave = Autosave::default();
        autosave.change(0.0);
        autosave.begin();
        autosave.fail(1000.0);
        assert_eq!(autosave.wait_ms(1000.0), Some(5000.0));
    }
}
