# syn-filter 명령줄.

one-per-why = --one-per {$why}
why-count = --count: 합계도 함께 출력합니다
why-bare = --bare: 행이 아니라 수를 씁니다
why-order = --order: 줄은 키 순서로 나옵니다
count-by-not-with = --count-by와 함께 쓸 수 없습니다: {$why}
count-by-why = --count-by {$why}
why-shuffle = --shuffle: 줄은 키 순서로 나옵니다
