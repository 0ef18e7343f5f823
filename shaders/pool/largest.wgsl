//! The position of the largest element of each window, the first of equals, see `windows`.
//!
//! Needs: Element, beats; INPUT; load_x(p, at), store(p, o, value).

struct State {
  largest: Element,
  // One more than that of the largest element; zero before the first.
  next: u32,
}

fn visit(state: State, p: u32, at: u32) -> State {
  let candidate = load_x(p, at);
  if (state.next == 0u || beats(candidate, state.largest)) { return State(candidate, at + 1u); }
  return state;
}

fn finish(state: State, p: u32, o: u32) {
  // A window that lies outside altogether names the first element.
  store(p, o, i32(max(state.next, 1u) - 1u));
}
