//! Bars by month as SVG, for pages that need nothing else.

use obligor::error::{Error, ErrorKind, Result};
use obligor::reason::Language;
use plotters::prelude::*;

/// A part of a bar: its colour, and its name in the legend.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shade(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Shade {
    /// As CSS writes it.
    pub(crate) fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

const SIZE: (u32, u32) = (980, 250);
const INK: RGBColor = RGBColor(0x33, 0x3b, 0x45);
const GRID: RGBColor = RGBColor(0xdf, 0xe3, 0xe8);

/// One bar for each month, its parts on top of each other, the first at the foot. Amounts are in whole units of the
/// currency; `most` is the height of the axis, so that two charts can be compared.
///
/// # Errors
/// `Internal` when the chart cannot be drawn.
pub(crate) fn bars(
    months: &[(String, Vec<i64>)],
    shades: &[Shade],
    most: i64,
    label: &str,
    language: Language,
) -> Result<String> {
    let mut svg = String::new();
    draw(&mut svg, months, shades, most.max(1), language)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("the chart cannot be drawn: {error}")))?;
    // Inside a page the name of the format needs no address, and the width is the page's.
    let body = svg.split_once("<svg ").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(_, body)| body);
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Ok(format!("<svg class=\"chart\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {} {}\">{body}", SIZE.0, SIZE.1))
}

type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

fn draw(svg: &mut String, months: &[(String, Vec<i64>)], shades: &[Shade], most: i64, language: Language) -> Drawn {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let count = i32::try_from(months.len())?.max(1);
    let mut chart = ChartBuilder::on(&root)
        .margin_top(8)
        .margin_right(4)
        .x_label_area_size(26)
        .y_label_area_size(86)
        .build_cartesian_2d((0..count - 1).into_segmented(), 0..most)?;
    let name = |at: &SegmentValue<i32>| match at {
        SegmentValue::CenterOf(at) => {
            usize::try_from(*at).ok().and_then(|at| months.get(at)).map_or_else(String::new, |(month, _)| month.clone())
        }
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_labels(months.len().clamp(1, 14))
        .y_labels(5)
        .x_label_formatter(&name)
        .y_label_formatter(&|amount| language.number(*amount))
        .label_style(("sans-serif", 12).into_font().color(&INK))
        .draw()?;
    for (at, (_, parts)) in months.iter().enumerate() {
        let at = i32::try_from(at)?;
        let mut foot = 0_i64;
        for (part, Shade(red, green, blue)) in parts.iter().zip(shades) {
            let top = foot.saturating_add(*part);
            if *part > 0 {
                let bar = [(SegmentValue::Exact(at), foot), (SegmentValue::Exact(at + 1), top)];
                let mut bar = Rectangle::new(bar, RGBColor(*red, *green, *blue).filled());
                let gap = if months.len() > 36 { 1 } else { 12 };
                bar.set_margin(0, 0, gap, gap);
                chart.draw_series(std::iter::once(bar))?;
            }
            foot = top;
        }
    }
    drop(chart);
    root.present()?;
    drop(root);
    Ok(())
}
