# 검사에서 발견된 것: 모든 형식.

severity-advice = 권고
severity-misread = 오독
severity-dropped = 누락
severity-rejected = 거부
check-more-findings = … {$severity}: {$code} {$more}건 더 있음. 모두 쓰려면 --max-findings all
check-path-twice = 같은 경로가 두 번 있습니다
coco-long-element = 요소가 너무 깁니다
coco-not-utf8 = UTF-8이 아닙니다
coco-breaks-off = 문서가 중간에 끊깁니다
coco-no-object = 문서가 객체가 아닙니다
coco-no-list = {$key} 값이 목록이 아닙니다
coco-more-after = 문서 뒤에 다른 것이 더 있습니다
