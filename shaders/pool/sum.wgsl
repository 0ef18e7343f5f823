//! The sum of each window, see `windows`.
//!
//! Needs: Element; load_x(p, at), store(p, o, value).

alias State = Element;

fn visit(total: State, p: u32, at: u32) -> State {
  return total + load_x(p, at);
}

fn finish(total: State, p: u32, o: u32) {
  store(p, o, total);
}
