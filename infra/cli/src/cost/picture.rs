//! Cost against traffic, as a picture.
//!
//! Deals with: both axes by powers of ten, a line a choice, its name at its end, break-even points by number.
//! Does not deal with: what is drawn for less than a cent (the lowest line), other formats than SVG.

mod labels;

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::combinators::IntoLogRange;
use plotters::coord::combinators::LogCoord;
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle};
use rust_decimal::prelude::ToPrimitive;

use self::labels::{LINE, apart, beside};
use super::Report;
use super::options::Choice;
use super::text::grouped;
use crate::fault::Fault;

const WIDTH: u32 = 1100;
const PLOT_HEIGHT: u32 = 620;
/// Below the plot: the numbers at the axis and what they are.
const AXIS: i32 = 62;
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const WHITE: RGBColor = RGBColor(0xff, 0xff, 0xff);
const GREY: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// What the lowest line stands for.
const CENT: f64 = 0.01;
/// Bills a decade of requests.
const STEPS: u32 = 40;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<LogCoord<f64>, LogCoord<f64>>>;

/// A choice's line.
struct Curve {
    choice: Choice,
    points: Vec<(f64, f64)>,
}

/// The SVG's text.
pub(super) fn of(report: &Report<'_>) -> Result<String, Fault> {
    let mut svg = String::new();
    draw(report, &mut svg).map_err(|why| Fault::failed(format!("the picture: {why}")))?;
    Ok(svg)
}

fn draw(report: &Report<'_>, svg: &mut String) -> Result<(), String> {
    let (from, to) = traffic(report);
    let curves = curves(report, from, to);
    let dearest = curves.iter().flat_map(|curve| &curve.points).map(|(_, usd)| *usd);
    let top = 10_f64.powf(dearest.fold(1.0, f64::max).log10().ceil());
    let points = u32::try_from(report.break_even.len()).unwrap_or_default();
    let below = if points == 0 { 0 } else { (points + 1) * LINE.unsigned_abs() };
    let root = SVGBackend::with_string(svg, (WIDTH, PLOT_HEIGHT + below)).into_drawing_area();
    root.fill(&WHITE).map_err(said)?;
    let title = format!("{}: US dollars a month by requests a month", report.app);
    let heading = (FONT, 20).into_font().color(&INK);
    let (plot, list) = root.split_vertically(PLOT_HEIGHT);
    let mut chart = ChartBuilder::on(&plot)
        .caption(title, heading)
        .margin(15)
        .margin_right(165)
        .x_label_area_size(45)
        .y_label_area_size(75)
        .build_cartesian_2d(
            (10_f64.powi(from)..10_f64.powi(to)).log_scale(),
            (CENT * 0.999..top).log_scale(),
        )
        .map_err(said)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(GREY)
        .x_labels(13)
        .y_labels(13)
        .label_style((FONT, 14).into_font().color(&INK))
        .x_label_formatter(&|requests| short(*requests))
        .y_label_formatter(&|usd| usd_label(*usd))
        .x_desc("requests a month")
        .draw()
        .map_err(said)?;
    for curve in &curves {
        line(&mut chart, curve)?;
    }
    asked(&mut chart, report, (from, to), top)?;
    let mut labels: Vec<(i32, &Curve)> = Vec::new();
    let mut right = 0;
    for curve in &curves {
        if let Some(last) = curve.points.last() {
            let (x, y) = chart.backend_coord(last);
            right = x;
            labels.push((y, curve));
        }
    }
    labels.sort_by_key(|(y, _)| *y);
    let lowest = i32::try_from(PLOT_HEIGHT).unwrap_or(i32::MAX) - AXIS;
    let heights = apart(&labels.iter().map(|(y, _)| *y).collect::<Vec<_>>(), lowest);
    for ((at, curve), y) in labels.iter().zip(heights) {
        let colour = colour(curve.choice);
        let leader = PathElement::new([(right, *at), (right + 12, y)], colour);
        root.draw(&leader).map_err(said)?;
        let style = write(14, colour).pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(curve.choice.name(), (right + 15, y), style)).map_err(said)?;
    }
    marks(&chart, report)?;
    for (at, point) in (0..).zip(&report.break_even) {
        let text = format!("{}:  {point}", at + 1);
        let style = write(14, INK);
        list.draw(&Text::new(text, (90, at * LINE), style)).map_err(said)?;
    }
    root.present().map_err(said)
}

fn said(why: impl std::fmt::Display) -> String {
    why.to_string()
}

fn write<'a>(size: u32, colour: RGBColor) -> TextStyle<'a> {
    (FONT, size).into_font().color(&colour)
}

/// The powers of ten that hold what was asked for and every break-even point.
fn traffic(report: &Report<'_>) -> (i32, i32) {
    let points = report.break_even.iter().map(|point| point.requests);
    let all = points.chain([report.requests]).filter(|requests| *requests > 0);
    let powers: Vec<u32> = all.map(u64::ilog10).collect();
    let least = powers.iter().min().copied().unwrap_or(4).saturating_sub(2);
    let most = powers.iter().max().copied().unwrap_or(6) + 2;
    let (from, to) = (least.clamp(2, 6), most.max(least.clamp(2, 6) + 4).min(12));
    (i32::try_from(from).unwrap_or(2), i32::try_from(to).unwrap_or(12))
}

fn curves(report: &Report<'_>, from: i32, to: i32) -> Vec<Curve> {
    let choices = report.bills.iter().filter(|(_, bill)| bill.is_ok()).map(|(choice, _)| *choice);
    let steps = (from.unsigned_abs() * STEPS)..=(to.unsigned_abs() * STEPS);
    let requests: Vec<f64> =
        steps.map(|step| 10_f64.powf(f64::from(step) / f64::from(STEPS)).round()).collect();
    let curve = |choice: Choice| {
        let point = |requests: &f64| {
            let bill = choice.bill(report.load, report.prices, requests.to_u64()?).ok()?;
            Some((*requests, bill.total().to_f64()?.max(CENT)))
        };
        Curve { choice, points: requests.iter().filter_map(point).collect() }
    };
    choices.map(curve).collect()
}

fn line(chart: &mut Chart<'_, '_>, curve: &Curve) -> Result<(), String> {
    let style = ShapeStyle::from(colour(curve.choice)).stroke_width(2);
    let points = curve.points.iter().copied();
    if curve.choice.container().is_none() {
        chart.draw_series(DashedLineSeries::new(points, 7, 4, style)).map_err(said)?;
    } else {
        chart.draw_series(LineSeries::new(points, style)).map_err(said)?;
    }
    Ok(())
}

/// A line where the number of requests is that was asked for.
fn asked(
    chart: &mut Chart<'_, '_>,
    report: &Report<'_>,
    (from, to): (i32, i32),
    top: f64,
) -> Result<(), String> {
    let Some(at) = report.requests.to_f64() else { return Ok(()) };
    if at < 10_f64.powi(from) || at > 10_f64.powi(to) {
        return Ok(());
    }
    let style = ShapeStyle::from(INK.mix(0.5)).stroke_width(1);
    let points = [(at, CENT), (at, top)].into_iter();
    chart.draw_series(DashedLineSeries::new(points, 2, 4, style)).map_err(said)?;
    let text = format!("{} requests", grouped(report.requests.into()));
    let (x, y) = chart.backend_coord(&(at, top));
    let style = write(13, INK).pos(Pos::new(HPos::Left, VPos::Top));
    let area = chart.plotting_area().strip_coord_spec();
    let (left, above) = area.get_base_pixel();
    area.draw(&Text::new(text, (x - left + 5, y - above + 4), style)).map_err(said)
}

/// A ring and its number where a container becomes the cheaper one.
fn marks(chart: &Chart<'_, '_>, report: &Report<'_>) -> Result<(), String> {
    let area = chart.plotting_area().strip_coord_spec();
    let (left, above) = area.get_base_pixel();
    let numbers = report.break_even.iter().map(|point| {
        let usd = point.usd.to_f64().unwrap_or(CENT).max(CENT);
        (point.requests.to_f64().unwrap_or(CENT), usd)
    });
    let numbers: Vec<(f64, f64)> = numbers.collect();
    let pixel = |at: &(f64, f64)| {
        let (x, y) = chart.backend_coord(at);
        (x - left, y - above)
    };
    let points: Vec<(i32, i32)> = numbers.iter().map(pixel).collect();
    let texts: Vec<String> = (1..)
        .zip(&numbers)
        .map(|(at, (requests, _))| format!("{at}: {}", short(*requests)))
        .collect();
    let widths: Vec<i32> =
        texts.iter().map(|text| i32::try_from(text.len()).unwrap_or(10) * 9).collect();
    let (right, bottom) = area.dim_in_pixel();
    let size = (i32::try_from(right).unwrap_or(0), i32::try_from(bottom).unwrap_or(0));
    let places = beside(&points, &widths, size);
    let thin = ShapeStyle::from(INK).stroke_width(1);
    for (point, place) in points.iter().zip(&places) {
        area.draw(&PathElement::new([*point, *place], thin)).map_err(said)?;
    }
    for ((place, text), width) in places.iter().zip(texts).zip(&widths) {
        let half = (width / 2, LINE / 2 - 1);
        let corners = [(place.0 - half.0, place.1 - half.1), (place.0 + half.0, place.1 + half.1)];
        area.draw(&Rectangle::new(corners, WHITE.filled())).map_err(said)?;
        let style = write(15, INK).pos(Pos::new(HPos::Center, VPos::Center));
        area.draw(&Text::new(text, *place, style)).map_err(said)?;
    }
    for point in points {
        area.draw(&Circle::new(point, 5, thin.stroke_width(2))).map_err(said)?;
    }
    Ok(())
}

/// Colours that are told apart by nearly everybody (Okabe and Ito); a container is dashed besides.
const fn colour(choice: Choice) -> RGBColor {
    match choice {
        Choice::LambdaArm => RGBColor(0xd5, 0x5e, 0x00),
        Choice::LambdaX86 => RGBColor(0xb8, 0x86, 0x00),
        Choice::Fargate => RGBColor(0x5b, 0x3a, 0x29),
        Choice::Flex => RGBColor(0x00, 0x72, 0xb2),
        Choice::Consumption => RGBColor(0x00, 0x9e, 0x73),
        Choice::ContainerApps => RGBColor(0x8a, 0x4f, 0x9e),
    }
}

/// `18.9 M`.
fn short(number: f64) -> String {
    let (divided, unit) = match number {
        n if n >= 1e12 => (n / 1e12, " T"),
        n if n >= 1e9 => (n / 1e9, " G"),
        n if n >= 1e6 => (n / 1e6, " M"),
        n if n >= 1e3 => (n / 1e3, " k"),
        n => (n, ""),
    };
    let text = if divided >= 100.0 { format!("{divided:.0}") } else { format!("{divided:.1}") };
    format!("{}{unit}", text.trim_end_matches(".0"))
}

fn usd_label(usd: f64) -> String {
    match usd {
        cent if cent <= CENT * 1.001 => "≤ $0.01".to_owned(),
        small if small < 0.999 => format!("${small:.2}"),
        some => format!("${}", short(some.round())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::prices::Prices;
    use super::super::reckon;
    use super::super::tests::plain;
    use super::*;

    #[test]
    fn the_picture_names_every_choice_and_every_break_even_point() {
        let prices = Prices::load(None).unwrap();
        let load = plain();
        let report = reckon("shop", 1_000_000, &load, &prices);
        let svg = of(&report).unwrap();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        for choice in Choice::ALL {
            assert!(svg.contains(choice.name()), "{}", choice.name());
        }
        for part in ["1: 18.9 M", "2: 17.2 M", "3: 559 k", "1,000,000 requests", "$10 k"] {
            assert!(svg.contains(part), "{part}");
        }
        assert_eq!(svg.matches("<circle").count(), report.break_even.len());
    }

    #[test]
    fn numbers_are_short_where_they_stand_at_an_axis() {
        for (number, text) in [
            (100.0, "100"),
            (1e3, "1 k"),
            (18_913_901.0, "18.9 M"),
            (559_036.0, "559 k"),
            (1e12, "1 T"),
        ] {
            assert_eq!(short(number), text);
        }
        let usd = [0.01, 0.1, 1.0, 1e4].map(usd_label);
        assert_eq!(usd, ["≤ $0.01", "$0.10", "$1", "$10 k"]);
    }
}
