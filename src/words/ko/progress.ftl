# 진행 상황: 쉼표로 이어지는 부분들.

progress-left = {$time} 남음
progress-input = {$total} 중 {$read} 읽음
progress-files = 파일 {$known}개 중 {$done}개
progress-files-about = 파일 약 {$known}개 중 {$done}개
progress-files-so-far = 파일 {$known}개 이상 중 {$done}개
progress-failed = {$n}개 실패
progress-rows = 행 {$rows}개
progress-rows-of = 행 {$expected}개 중 {$rows}개
progress-rate = 초당 {$rate}개
progress-speed = 초당 {$speed}
progress-size = {$size}
progress-at-once = 동시 {$at_once}건
progress-retries = 재시도 {$n}회
