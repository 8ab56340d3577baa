# 명령줄 해석기가 찾은 실수.

usage-see-help = {$mistake} ({$tool} --help 참고)
usage-unknown = 알 수 없는 인수입니다: '{$argument}'
usage-unknown-near = 알 수 없는 인수입니다: '{$argument}'. 비슷한 인수: '{$near}'
usage-no-command = 알 수 없는 하위 명령입니다: '{$command}'
usage-no-command-near = 알 수 없는 하위 명령입니다: '{$command}'. 비슷한 하위 명령: '{$near}'
usage-no-value = '{$argument}'에 값이 필요합니다
usage-no-value-of = '{$argument}'에 값이 필요합니다 [가능한 값: {$choices}]
usage-value = '{$argument}'의 값 '{$value}' 오류: {$why}
usage-value-of = '{$argument}'의 값 '{$value}' 오류 [가능한 값: {$choices}]
usage-value-near = '{$argument}'의 값 '{$value}' 오류 [가능한 값: {$choices}]. 혹시 {$near}입니까?
usage-twice = '{$argument}' 인수는 한 번만 쓸 수 있습니다
usage-conflict = '{$argument}' 인수는 '{$prior}' 인수와 함께 쓸 수 없습니다
usage-missing = 필요한 인수가 없습니다: {$arguments}
usage-whole-number = 음수가 아니고 너무 크지 않은 정수여야 합니다
usage-range = 범위를 벗어났습니다({$range})
slip-dashes = {$argument}: --{ JOSA($name, "을/를") } 쓰려던 것인가요? 긴 옵션 앞에는 일반 하이픈을 두 개 씁니다
slip-other-program = {$option}: {$other}의 옵션입니다
slip-project = '{$word}': 하위 명령이 아닙니다. --project { JOSA($word, "을/를") } 쓰려던 것인가요?
slip-fetch-file = syn-fetch는 파일을 읽지 않습니다. {$word}: syn-filter나 syn-convert에 지정하세요
slip-tilde = {$name}: 셸이 ~를 바꾸지 않았습니다. 따옴표 없이 쓰거나 $HOME{$tail}로 쓰세요
slip-blanks = {$name}: 없습니다. 혹시 '{$whole}'인가요? 공백이 있는 이름은 따옴표로 묶으세요
slip-assignment = {$name}: 없습니다. --{$option} { JOSA($value, "을/를") } 쓰려던 것인가요?
slip-format = {$name}: 없습니다. --to { JOSA($format, "을/를") } 쓰려던 것인가요?
slip-dest = {$name}: 없습니다. 변환한 것을 폴더에 저장하려면 `| syn-sink {$name}`을 쓰세요
usage-other = 명령줄 오류: {$mistake}
usage-as-value = {$mistake}. 값으로 넘기려면 '{$written}'처럼 쓰세요
usage-missing-command = 하위 명령이 필요합니다: {$commands}
usage-too-many = '{$argument}' 인수에는 값을 더 쓸 수 없습니다: '{$value}'
usage-number-of-values = '{$argument}' 인수에는 값이 {$wanted}개 필요한데 {$given}개가 있습니다
usage-no-equals = '{$argument}' 인수의 값은 등호(=) 뒤에 써야 합니다
usage-not-utf8 = UTF-8이 아닌 인수가 있습니다
usage-conflict-other = '{$argument}' 인수는 함께 지정한 다른 인수와 쓸 수 없습니다
