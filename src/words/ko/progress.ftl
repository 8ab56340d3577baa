# 진행 상황.

progress-left = , {$time} 남음
progress-input = {$total} 중 {$read} 읽음, 초당 {$rate}
progress-files = 파일 {$known}개 중 {$done}개, {$bytes}, 초당 {$rate}
progress-files-so-far = 파일 {$known}개 이상 중 {$done}개, {$bytes}, 초당 {$rate}
progress-failed = , {$n}개 실패
progress-rows = 행 {$rows}개, 초당 {$rate}개, {$bytes}, 동시 {$at_once}건
progress-rows-of = 행 {$expected}개 중 {$rows}개, 초당 {$rate}개, {$bytes}, 동시 {$at_once}건
progress-retries = , 재시도 {$n}회
