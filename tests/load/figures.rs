//! Medians and percentiles.

/// Figures of one kind, e.g. the milliseconds of each push.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<f64>);

impl Figures {
    /// One more.
    pub fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// All of another series.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// The figure that a share of all figures do not exceed; NaN without any.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let place = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(place.saturating_sub(1).min(last)).copied().unwrap_or(f64::NAN)
    }

    /// The middle.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// Exceeded by one in a hundred.
    pub fn p99(&self) -> f64 {
        self.at(0.99)
    }

    /// The least and the greatest, as `a..b`.
    pub fn span(&self) -> String {
        let (least, most) = (self.at(0.0), self.at(1.0));
        format!("{}..{}", whole(least), whole(most))
    }
}

/// A whole number with thousands set apart.
pub fn whole(figure: f64) -> String {
    if figure.is_nan() {
        return "–".to_owned();
    }
    let digits = format!("{figure:.0}");
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A Markdown table as it grows.
#[derive(Debug)]
pub struct Table(String);

impl Table {
    /// A table with these headings.
    pub fn new(headings: &[&str]) -> Self {
        let rule: String = headings.iter().map(|_| "---|").collect();
        Self(format!("| {} |\n|{rule}\n", headings.join(" | ")))
    }

    /// One more row.
    pub fn row(&mut self, cells: &[String]) {
        self.0.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}
