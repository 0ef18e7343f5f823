//! Fixed colours of printed text, moved towards black or white until they can be read on the page's surface.
//! Programs choose such colours for one kind of terminal; the page has a light and a dark theme, and keeps the hue.
//! Read next: `ansi.rs`.

/// A colour's channels.
pub type Rgb = (u8, u8, u8);

/// The brightest text (relative luminance) that stands 4.5 : 1 out from the light theme's surfaces.
const MAX_ON_LIGHT: f64 = 0.15;

/// The darkest text (relative luminance) that stands 4.5 : 1 out from the dark theme's surfaces.
const MIN_ON_DARK: f64 = 0.25;

/// The share of black or white that is added in one step.
const STEP: f64 = 0.08;

/// The colour as text on the light theme.
pub fn readable_on_light(colour: Rgb) -> Rgb {
    mix_until(colour, 0.0, |luminance| luminance <= MAX_ON_LIGHT)
}

/// The colour as text on the dark theme.
pub fn readable_on_dark(colour: Rgb) -> Rgb {
    mix_until(colour, 255.0, |luminance| luminance >= MIN_ON_DARK)
}

fn mix_until(colour: Rgb, towards: f64, is_readable: impl Fn(f64) -> bool) -> Rgb {
    let mut share = 0.0;
    loop {
        let channel = |value: u8| (f64::from(value) * (1.0 - share) + towards * share).round() as u8;
        let mixed = (channel(colour.0), channel(colour.1), channel(colour.2));
        if share >= 1.0 || is_readable(luminance(mixed)) {
            return mixed;
        }
        share = (share + STEP).min(1.0);
    }
}

/// Relative luminance as the accessibility guidelines define it (WCAG 2.2).
fn luminance((red, green, blue): Rgb) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_colours_stay() {
        assert_eq!(readable_on_light((120, 20, 20)), (120, 20, 20));
        assert_eq!(readable_on_dark((200, 180, 90)), (200, 180, 90));
    }

    #[test]
    fn others_keep_their_hue_and_become_readable() {
        let grey = readable_on_dark((98, 98, 98));
        assert!(grey.0 == grey.1 && grey.1 == grey.2 && luminance(grey) >= MIN_ON_DARK);
        let yellow = readable_on_light((255, 255, 0));
        assert!(yellow.0 == yellow.1 && yellow.2 == 0 && luminance(yellow) <= MAX_ON_LIGHT);
        assert_eq!(readable_on_light((0, 0, 0)), (0, 0, 0));
    }
}
