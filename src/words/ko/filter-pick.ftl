# 고른 행과 행 안의 편집.

seed-alone = --seed는 --sample, --per-class, --shuffle 없이는 아무것도 바꾸지 않습니다
seed-alone-fetch = --seed는 --sample 없이는 아무것도 바꾸지 않습니다
sample-rows-fetch = --sample {$rows}: 행 수로 뽑는 것은 모든 행을 먼저 읽을 수 있는 syn-filter만 합니다. 행을 syn-filter --sample {$rows}에 파이프로 넘기거나 0.1 같은 비율을 지정하세요
not-of-which = --not을 --one-per와 함께 --sample N이나 --per-class N에 쓰면 두 가지로 읽힙니다. --one-per를 따로 syn-filter로 실행해 다음 syn-filter에 넘기세요
two-orders = --shuffle과 --order descending은 서로 다른 순서입니다. 하나만 지정하세요
count-shuffled = --count는 --shuffle과 함께 쓸 수 없습니다. 행이 아니라 숫자를 출력합니다
count-edited = --count는 행을 세고, 행 안의 편집(--keep-class, --min-size, --rename, …)은 모든 행을 남깁니다. 편집을 빼거나 --class, --tool, --count-by class로 세세요
sample-fewer = --sample {$wanted}: 뽑을 행이 {$of}개뿐이라 모두 씁니다
per-class-fewer = --per-class {$wanted}: 행이 더 적은 클래스: {$named}. 모두 씁니다
per-class-fewer-more = --per-class {$wanted}: 행이 더 적은 클래스: {$named}, 그 밖에 {$more}개. 모두 씁니다
per-class-none = --per-class: 선택된 행 가운데 클래스가 있는 어노테이션이 없습니다
min-size-form = 0보다 큰 픽셀을 두 변 모두의 N이나 WxH로 지정하세요
min-area-form = 100처럼 0보다 큰 제곱픽셀 수를 지정하세요
rename-form = {$pair}: van=car처럼 OLD=NEW로 지정하세요
rename-two-names = {$pair}: OLD=NEW에는 클래스 이름 두 개가 필요합니다
rename-same = {$pair}: 두 이름이 같아 아무것도 바뀌지 않습니다
rename-one-sign = {$pair}: 두 이름 사이의 =는 하나여야 합니다. 이름 안의 =는 \=로 쓰세요
rename-twice = --rename에 {$old}의 새 이름이 {$one}, {$other} 두 개입니다. 하나만 지정하세요
rename-not-kept = --rename {$old}={$new}: {$old} 어노테이션은 빠지므로 바꿀 것이 없습니다. --keep-class에 {$old}도 넣으세요
rename-dropped = --rename {$old}={$new}: {$old} 어노테이션은 빠지므로 바꿀 것이 없습니다. --drop-class에서 {$old}를 빼세요
