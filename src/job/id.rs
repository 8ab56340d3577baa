//! Whose job an id names.

/// Who runs a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The platform: its ids are UUIDs.
    Platform,
    /// Ray: `raysubmit_…`, or a name that its submitter chose.
    Ray,
}

impl Owner {
    /// By the shape of the id.
    pub fn of(id: &str) -> Self {
        if is_uuid(id) { Self::Platform } else { Self::Ray }
    }
}

/// Whether a text is a UUID as servers write them: 8-4-4-4-12 hexadecimal digits.
pub fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = parts.iter().map(|part| part.len());
    lengths.eq([8, 4, 4, 4, 12]) && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_an_id_tells_whose_it_is() {
        for (id, owner) in [
            ("0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f", Owner::Platform),
            ("0B7E6D1C-1B2A-4C3D-8E4F-5A6B7C8D9E0F", Owner::Platform),
            ("raysubmit_Gu9ZyvZ3qTz8P1kM", Owner::Ray),
            ("part-1", Owner::Ray),
            ("0b7e6d1c1b2a4c3d8e4f5a6b7c8d9e0f", Owner::Ray),
            ("0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0", Owner::Ray),
            ("0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0g", Owner::Ray),
            ("é-1b2a-4c3d-8e4f-5a6b7c8d9e0f", Owner::Ray),
            ("", Owner::Ray),
        ] {
            assert_eq!(Owner::of(id), owner, "{id}");
        }
    }
}
