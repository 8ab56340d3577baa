//! One geometry for all formats: random rows, beside the tables of `geometry_table`.

use crate::geometry_table::{H, Outcome, W, agree, fitted, options, outcome};
use serde_json::json;
use synpipe::convert::{Bounds, Polygons, YoloTask};
use synpipe::dm::Tool;

/// Boxes, polygons and masks at random places over the edges: every format of boxes has the numbers of coco.
#[test]
fn boxes_of_random_rows_are_the_same_numbers_in_every_format() {
    let mut state = 20_260_401_u64;
    let mut random = |low: f64, high: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 11) as f64 / (1u64 << 53) as f64)
    };
    let mut compared = 0;
    for n in 0..300 {
        let a = match n % 3 {
            0 => json!({"tool": "bounding_box", "geometry": {"coordinate": {
                "x": random(-30.0, W), "y": random(-30.0, H), "width": random(1.0, 60.0), "height": random(1.0, 60.0),
                "rotation": if n % 2 == 0 { 0.0 } else { random(-3.0, 3.0) }}}}),
            1 => {
                let ring: Vec<_> = (0..5).map(|_| [random(-30.0, W + 30.0), random(-30.0, H + 30.0)]).collect();
                json!({"tool": "polygon", "geometry": {"coordinate": [ring]}})
            }
            _ => {
                let (start, side) = (random(0.0, 3000.0) as u64, random(1.0, 40.0) as u64);
                let runs: Vec<_> = (0..side).map(|y| [start + y * W as u64, side]).collect();
                json!({"tool": "segmentation",
                    "geometry": {"pixel_indices": runs, "isCompressed": true, "compressionFormat": "rle"}})
            }
        };
        let tool = Tool::from_name(a["tool"].as_str().unwrap());
        let formats: Vec<_> = fitted(tool).filter(|f| *f != "voc" || tool != Tool::Segmentation).collect();
        let options = options(Bounds::Clip, YoloTask::Detect, Polygons::Box);
        let expected = outcome("coco", &options, std::slice::from_ref(&a));
        if let Outcome::Written(Some([.., w, h]), _) = expected {
            // What whole pixels or six decimals leave nothing of is another reason, and other tests'.
            if w.min(h) > 1.0 {
                agree(&a.to_string(), std::slice::from_ref(&a), &options, &expected, &formats);
                compared += 1;
            }
        }
    }
    assert!(compared > 150, "{compared}");
}
