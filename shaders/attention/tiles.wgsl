//! What the kernels of attention by tiles share: 128 invocations, and a tile of 64 lines by 32 others. Lines are queries and
//! the others keys, or, for the gradients of keys and values, the other way round.
//!
//! Invocation (x, y) = (lane % 8, lane / 8) has lines 4 y to 4 y + 3 and the others x, x + 8, x + 16 and x + 24, so a vector
//! is an element of each of its lines. Rows and columns are switched by XOR where that keeps neighbours in different banks.
//! Needs: HIDDEN; hidden, load_… of the two kinds of lines.

// Slices of 16 elements of 64 lines, then of 32 others; or 32 elements of 32 others; or one vector an invocation.
var<workgroup> slices: array<vec4<f32>, 384>;
// A number for each line and other: 32 rows of 64 lines.
var<workgroup> weights: array<vec4<f32>, 512>;
// Number of the newest block, counted from 1, of which an invocation sees something.
var<workgroup> newest: atomic<u32>;
var<workgroup> seen: u32;

struct Block {
  a: vec4<f32>,
  b: vec4<f32>,
  c: vec4<f32>,
  d: vec4<f32>,
}

fn line_slot(d: u32, quad: u32) -> u32 { return d * 16u + (quad ^ (d & 15u)); }

fn other_slot(d: u32, x: u32) -> u32 { return 256u + d * 8u + (x ^ (d & 7u)); }

fn weight_slot(other: u32, y: u32) -> u32 { return other * 16u + (y ^ (other & 15u)); }

// Adds the products of the slices' lines and others, for the four others of an invocation.
fn add_products(block: Block, x: u32, y: u32) -> Block {
  var sums = block;
  for (var d = 0u; d < 16u; d += 1u) {
    let line = slices[line_slot(d, y)];
    let other = slices[other_slot(d, x)];
    sums.a += line * other.x;
    sums.b += line * other.y;
    sums.c += line * other.z;
    sums.d += line * other.w;
  }
  return sums;
}

// Adds the others' elements in the slices, weighted, for four lines and the elements 4 x to 4 x + 3.
fn add_weighted(block: Block, x: u32, y: u32) -> Block {
  var sums = block;
  for (var other = 0u; other < 32u; other += 1u) {
    let weight = weights[weight_slot(other, y)];
    let elements = slices[other * 8u + x];
    sums.a += weight.x * elements;
    sums.b += weight.y * elements;
    sums.c += weight.z * elements;
    sums.d += weight.w * elements;
  }
  return sums;
}

fn put_weights(block: Block, x: u32, y: u32) {
  weights[weight_slot(x, y)] = block.a;
  weights[weight_slot(x + 8u, y)] = block.b;
  weights[weight_slot(x + 16u, y)] = block.c;
  weights[weight_slot(x + 24u, y)] = block.d;
}

// The sum over the eight invocations of the same lines.
fn sum_over_others(value: vec4<f32>, x: u32, y: u32) -> vec4<f32> {
  slices[x * 16u + y] = value;
  workgroupBarrier();
  var sum = slices[y];
  for (var other = 1u; other < 8u; other += 1u) { sum += slices[other * 16u + y]; }
  workgroupBarrier();
  return sum;
}

fn four(first: u32, step: u32, size: u32) -> vec4<u32> {
  return min(first + vec4<u32>(0u, step, 2u * step, 3u * step), vec4<u32>(size - 1u));
}

// True if no score of a block counts: a half-plane is hidden where its corners are.
fn hides_corners(batch: u32, rows: vec2<u32>, columns: vec2<u32>) -> bool {
  return hidden(batch, rows.x, columns.x) && hidden(batch, rows.x, columns.y)
    && hidden(batch, rows.y, columns.x) && hidden(batch, rows.y, columns.y);
}

// True if an invocation sees a score of its own.
fn sees(batch: u32, rows: vec4<u32>, columns: vec4<u32>) -> bool {
  for (var i = 0u; i < 4u; i += 1u) {
    for (var j = 0u; j < 4u; j += 1u) {
      if (!hidden(batch, rows[i], columns[j])) { return true; }
    }
  }
  return false;
}

// True, for all, if any invocation sees something of the block.
fn any_sees(block: u32, sees_it: bool, lane: u32) -> bool {
  if (sees_it) { atomicStore(&newest, block + 1u); }
  workgroupBarrier();
  if (lane == 0u) { seen = atomicLoad(&newest); }
  return workgroupUniformLoad(&seen) == block + 1u;
}
