# What a check finds, in any format.

severity-advice = advice
severity-misread = misread
severity-dropped = dropped
severity-rejected = rejected
check-more-findings = … and {$more} more of {$severity}: {$code}: --max-findings all writes them
check-path-twice = the same path twice
coco-long-element = an element is too long
coco-not-utf8 = it is not UTF-8
coco-breaks-off = the document breaks off
coco-no-object = the document is not an object
coco-no-list = {$key} is not a list
coco-more-after = more after the document
