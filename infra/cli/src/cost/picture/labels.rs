//! Where labels stand so that none covers another.
//!
//! Deals with: names at the right edge, labels beside points. Does not deal with: drawing them.

/// What two lines of text keep apart, in pixels.
pub(super) const LINE: i32 = 20;

/// Around a ring.
const RING: i32 = 8;
/// Costs rise to the right, so that there is room above on the left and below on the right.
const WAYS: [(i32, i32); 4] = [(-1, -1), (1, 1), (1, -1), (-1, 1)];

/// Heights at least a line apart and close to `wanted`, which comes from above; none below `most`.
pub(super) fn apart(wanted: &[i32], most: i32) -> Vec<i32> {
    let gap = LINE - 2;
    let mut heights: Vec<i32> = Vec::new();
    for y in wanted {
        let least = heights.last().map_or(*y, |last| last + gap);
        heights.push((*y).max(least));
    }
    let mut most = most;
    for y in heights.iter_mut().rev() {
        *y = (*y).min(most);
        most = *y - gap;
    }
    heights
}

/// A box by its middle and half of its width and height.
#[derive(Clone, Copy)]
struct Area {
    x: i32,
    y: i32,
    wide: i32,
    high: i32,
}

impl Area {
    const fn meets(&self, other: &Self) -> bool {
        (self.x - other.x).abs() < self.wide + other.wide
            && (self.y - other.y).abs() < self.high + other.high
    }
}

/// The middle of a label of so many pixels beside each of `points`, on an area of that size.
pub(super) fn beside(
    points: &[(i32, i32)],
    widths: &[i32],
    (right, bottom): (i32, i32),
) -> Vec<(i32, i32)> {
    let ring = |(x, y): &(i32, i32)| Area { x: *x, y: *y, wide: RING, high: RING };
    let mut taken: Vec<Area> = points.iter().map(ring).collect();
    let mut places = Vec::new();
    for ((x, y), width) in points.iter().zip(widths) {
        let wide = width / 2 + 3;
        let at = |(distance, (across, down)): (i32, (i32, i32))| Area {
            x: x + across * (distance / 2 + wide),
            y: y + down * distance,
            wide,
            high: LINE / 2,
        };
        let near = (1..6).flat_map(|far| [WAYS[0], WAYS[1]].map(|way| (far * LINE, way)));
        let far = (1..12).flat_map(|far| WAYS.map(|way| (far * LINE, way)));
        let tries = near.chain(far).map(at);
        let fits = |area: &Area| {
            area.x - area.wide >= 0
                && area.x + area.wide <= right
                && area.y - area.high >= 0
                && area.y + area.high <= bottom
                && !taken.iter().any(|other| other.meets(area))
        };
        let place = tries.clone().find(fits).unwrap_or_else(|| at((LINE, WAYS[0])));
        taken.push(place);
        places.push((place.x, place.y));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_edge_never_overlap_and_stay_on_the_picture() {
        assert_eq!(apart(&[10, 100], 560), [10, 100]);
        assert_eq!(apart(&[10, 10, 12, 100], 560), [10, 28, 46, 100]);
        assert_eq!(apart(&[555, 556, 557], 560), [524, 542, 560]);
    }

    #[test]
    fn labels_beside_points_cover_neither_points_nor_each_other() {
        let points = [(400, 200), (395, 205), (410, 195), (400, 200), (2, 2), (798, 498)];
        let places = beside(&points, &[60; 6], (800, 500));
        let area = |(x, y): (i32, i32)| Area { x, y, wide: 30, high: LINE / 2 };
        for (at, place) in places.iter().enumerate() {
            assert!((30..=770).contains(&place.0) && (10..=490).contains(&place.1), "{place:?}");
            for point in points {
                assert!(
                    !area(*place).meets(&Area { wide: 5, high: 5, ..area(point) }),
                    "{place:?}"
                );
            }
            for other in &places[..at] {
                assert!(!area(*place).meets(&area(*other)), "{place:?} {other:?}");
            }
        }
    }
}
