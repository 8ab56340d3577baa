# Lets a jq program edit items and leave the frame lines of the stream alone:
#   syn-fetch … | jq -c -L scripts 'include "syn"; items(del(.data.annotations.image_2))' | syn-convert …
# A program that selects (`select(…)`) drops rows, never frames.
def items(f): if type == "object" and has("@stream") then . else f end;
