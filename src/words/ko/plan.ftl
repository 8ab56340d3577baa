# 내려받기 계획.

plan-host = 호스트
plan-database = 데이터베이스
plan-target = 대상
plan-filters = 보내는 필터
plan-project = 프로젝트
plan-classes = 클래스
plan-rows = 행
plan-unknown = 알 수 없음
plan-requests = 요청
plan-about-requests = 약 {$n}번, 한 번에 {$rows}행
plan-size = 크기
plan-about = 약 {$size}
plan-time = 시간
plan-time-range = {$least}~{$most}
plan-about-time = 약 {$time}, 동시 요청 {$n}건
plan-estimated = 추정 근거
plan-sample = 행 {$rows}개
plan-sample-each = 행 {$rows}개, 하나에 {$size}
plan-sample-tools = {"  "}도구
plan-sample-classes = {"  "}클래스
