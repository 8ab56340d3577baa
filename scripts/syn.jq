# Helpers for jq programs on item streams: jq -L scripts 'include "syn"; …'. docs/payload.md has examples.

# Lets a program edit items and leaves the frame lines of the stream alone:
#   syn-fetch … | jq -c -L scripts 'include "syn"; items(del(.data.annotations.image_2))' | syn-convert …
# A program that selects (`select(…)`) drops rows, never frames.
def items(f): if type == "object" and has("@stream") then . else f end;

# The annotations of an item, one after the other, whatever dialect the payload is in; nothing for a frame line:
#   {media, id, tool, class, attributes, geometry}
# `geometry` is as it is written: the entry of `annotationsData`, or the value of `data`.
def annotations:
  def media_of: {images: "image", videos: "video", pcds: "pcd", texts: "text", audios: "audio", prompts: "prompt", datas: "data"};
  def dialect_2:
    . as $payload | media_of | to_entries[] | .value as $kind
    | ($payload[.key] // []) | to_entries[] | "\($kind)_\(.key + 1)" as $media
    | .value | to_entries[] | .key as $tool | .value[]
    | {media: $media, id, tool: $tool, class: .classification,
       attributes: ((.attrs // []) | map({(.name): .value}) | add // {}), geometry: .data};
  def dialects_s_and_f:
    . as $payload | (.annotations // {}) | to_entries[] | .key as $media
    | INDEX($payload.annotationsData[$media]? // [] | .[]; .id) as $data
    | .value[]
    | (.classification | if type == "object" then . else {class: .} end) as $classification
    | {media: $media, id, tool: (.tool // .type | if . == "bbox" then "bounding_box" else . end), class: $classification.class,
       attributes: ($classification | del(.class)), geometry: (.data // $data[.id // ""])};
  select(type == "object" and (has("@stream") | not)) | .data
  | (if type == "string" then fromjson else . end) | select(type == "object")
  | if has("annotation_data") then .annotation_data else . end
  | if (keys - (keys - (media_of | keys))) != [] then dialect_2 else dialects_s_and_f end;

# The box of an annotation as {x, y, width, height[, rotation]}: pixels, y down; rotation in radians, clockwise, about the centre.
def box:
  .attributes.rotation as $rotation | .geometry
  | if type == "object" then .coordinate else {x: .[0], y: .[1], width: .[2], height: .[3]} end
  | if $rotation then .rotation = $rotation else . end;

# The points of a polygon, a polyline or a keypoint as [[x, y], …], pixels.
def points:
  .geometry | if type == "object" then .coordinate else . end
  | if type == "object" or (type == "array" and (.[0] | type) == "number") then [.] else . end
  | map(if type == "object" then [.x, .y] else . end);
