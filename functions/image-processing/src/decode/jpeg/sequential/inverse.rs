//! Deals with: the inverse cosine transform of a block, at its own size of 8x8, or at 4x4, 2x2 or one level:
//! the lowest of its frequencies taken as those of a smaller block. Factors that can be are part of the
//! quantization table.
//! Does not deal with: the order in which a file has frequencies.
//!
//! At 8x8 it is the transform of Arai, Agui and Nakajima (1988), five multiplications a row.

use std::array::from_fn;
use std::f32::consts::{PI, SQRT_2};

/// Levels of grey in rows, of which the first `side` of each are used.
pub(super) type Block = [[u8; 8]; 8];

/// What the frequency (across, down) is multiplied by before [`inverse`] takes it.
pub(super) fn factor(side: usize, across: usize, down: usize) -> f32 {
    let one = |at: usize| match (side, at) {
        // Of eight: the cosines that the algorithm takes out.
        (8, 0) => 1.0,
        (8, at) => {
            let eighths = f32::from(u8::try_from(at).unwrap_or_default());
            (eighths * PI / 16.0).cos() * SQRT_2
        }
        // Of four: the even ones have the same cosine; twice as much as the others is divided by below.
        (4, 1 | 3) => SQRT_2,
        _ => 1.0,
    };
    one(across) * one(down) / 8.0
}

/// The levels of a block of `side`. Of `frequencies`, those across are `side` apart.
pub(super) fn inverse(side: usize, frequencies: &[f32; 65]) -> Block {
    match side {
        8 => levels(turned_twice::<8>(frequencies, eight)),
        4 => levels(turned_twice::<4>(frequencies, four)),
        2 => levels(turned_twice::<2>(frequencies, two)),
        _ => [[level(frequencies[0]); 8]; 8],
    }
}

/// A transform of all columns at once, then of all rows at once.
fn turned_twice<const N: usize>(
    frequencies: &[f32; 65],
    once: impl Fn([[f32; N]; N]) -> [[f32; N]; N],
) -> [[f32; N]; N] {
    let first = once(from_fn(|row| from_fn(|column| frequencies[row * N + column])));
    once(from_fn(|row| from_fn(|column| first[column][row])))
}

fn levels<const N: usize>(rows: [[f32; N]; N]) -> Block {
    let mut block = [[0; 8]; 8];
    for (to, from) in block.iter_mut().zip(rows) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = level(from));
    }
    block
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float stops at both ends of the range, which is what is wanted"
)]
fn level(value: f32) -> u8 {
    (value + 128.5) as u8
}

/// Numbers that go through the same steps side by side.
type Lanes<const N: usize> = [f32; N];

fn add<const N: usize>(a: Lanes<N>, b: Lanes<N>) -> Lanes<N> {
    from_fn(|n| a[n] + b[n])
}

fn sub<const N: usize>(a: Lanes<N>, b: Lanes<N>) -> Lanes<N> {
    from_fn(|n| a[n] - b[n])
}

fn mul<const N: usize>(a: Lanes<N>, by: f32) -> Lanes<N> {
    a.map(|a| a * by)
}

fn two([a, b]: [Lanes<2>; 2]) -> [Lanes<2>; 2] {
    [add(a, b), sub(a, b)]
}

fn four([a, b, c, d]: [Lanes<4>; 4]) -> [Lanes<4>; 4] {
    // Cosines of one and three eighths of a right angle.
    let (one, three) = (0.923_879_5, 0.382_683_43);
    let (outer, inner) = (add(a, c), sub(a, c));
    let long = add(mul(b, one), mul(d, three));
    let short = sub(mul(b, three), mul(d, one));
    [add(outer, long), add(inner, short), sub(inner, short), sub(outer, long)]
}

fn eight(x: [Lanes<8>; 8]) -> [Lanes<8>; 8] {
    // The even half is a transform of four.
    let (sum, difference) = (add(x[0], x[4]), sub(x[0], x[4]));
    let pair = add(x[2], x[6]);
    let cross = sub(mul(sub(x[2], x[6]), SQRT_2), pair);
    let even = [add(sum, pair), add(difference, cross), sub(difference, cross), sub(sum, pair)];

    let (a, b) = (add(x[5], x[3]), sub(x[5], x[3]));
    let (c, d) = (add(x[1], x[7]), sub(x[1], x[7]));
    let first = add(c, a);
    // Twice the cosine of one eighth of a right angle, and its sum and difference with that of three.
    let shared = mul(add(b, d), 1.847_759_1);
    let second = sub(sub(shared, mul(b, 2.613_126)), first);
    let third = sub(mul(sub(c, a), SQRT_2), second);
    let fourth = sub(sub(shared, mul(d, 1.082_392_2)), third);
    let odd = [first, second, third, fourth];

    from_fn(|n| if n < 4 { add(even[n], odd[n]) } else { sub(even[7 - n], odd[7 - n]) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f32::consts::FRAC_1_SQRT_2;

    /// T.81, A.3.3, with `side` in place of 8 but for the factor.
    fn by_definition(
        side: usize,
        frequency: impl Fn(usize, usize) -> f32,
        x: usize,
        y: usize,
    ) -> f32 {
        let number = |n: usize| f32::from(u8::try_from(n).unwrap());
        let wave = |at: usize, n: usize| {
            let scale = if at == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            let angle = (2.0 * number(n) + 1.0) * number(at) * PI;
            scale * (angle / (2.0 * number(side))).cos()
        };
        let all = (0..side).flat_map(|u| (0..side).map(move |v| (u, v)));
        all.map(|(u, v)| frequency(u, v) * wave(u, x) * wave(v, y)).sum::<f32>() / 4.0
    }

    proptest! {
        #[test]
        fn every_size_is_what_the_standard_defines(
            values in proptest::collection::vec(-200_i16..200, 64),
            side in prop_oneof![Just(1_usize), Just(2), Just(4), Just(8)],
        ) {
            let frequency = |across: usize, down: usize| f32::from(values[down * 8 + across]);
            let mut given = [0.0; 65];
            for across in 0..side {
                for down in 0..side {
                    given[across * side + down] = frequency(across, down) * factor(side, across, down);
                }
            }
            let block = inverse(side, &given);
            for (y, row) in block.iter().enumerate().take(side) {
                for (x, level) in row.iter().enumerate().take(side) {
                    let wanted = (by_definition(side, frequency, x, y) + 128.0).clamp(0.0, 255.0);
                    let apart = (wanted - f32::from(*level)).abs();
                    prop_assert!(apart < 0.6, "{side}: ({x}, {y}) is {level}, wanted {wanted}");
                }
            }
        }
    }
}
