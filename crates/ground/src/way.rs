//! Where an alley runs, as far as its doors tell.

use crate::shape::Point;

/// Doors over which the line is smoothed: odd and even numbers alternate from side to side.
const WINDOW: usize = 4;

/// A line along doors in walking order: the middle of each few of them.
pub fn way(doors: &[Point]) -> Vec<Point> {
    if doors.len() <= WINDOW {
        return doors.to_vec();
    }
    doors
        .windows(WINDOW)
        .map(|few| {
            let sum = few.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
            [0, 1].map(|n| (sum[n] / WINDOW as f64 * 1e6).round() / 1e6)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::way;

    #[test]
    fn the_line_runs_between_the_sides() {
        let doors: Vec<[f64; 2]> = (0..12)
            .map(|n| [106.3 + f64::from(n) / 1e4, if n % 2 == 0 { 21.0 } else { 21.001 }])
            .collect();
        let line = way(&doors);
        assert_eq!(line.len(), 9);
        assert!(line.iter().all(|p| (p[1] - 21.0005).abs() < 1e-9), "{line:?}");
        assert!(line.windows(2).all(|w| w[0][0] < w[1][0]), "in walking order");
        assert_eq!(way(&doors[..1]), doors[..1], "one door is a place");
    }
}
