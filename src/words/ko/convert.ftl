# syn-convert: 항목, 클래스, 분할.

split-case-differs = 항목 {$id}의 분할은 {$split}인데 다른 항목은 {$other}입니다. 대소문자를 구분하지 않는 파일 시스템에서는 한 폴더가 됩니다. 이름을 하나로 맞추거나 다른 --split을 고르세요
by-too-many = --by로 만들어지는 폴더(또는 폴더와 분할)가 {$most}개를 넘습니다. 값이 더 적은 필드를 고르거나 `syn-filter`로 행을 고르세요
split-too-many = --split의 값이 {$most}가지를 넘습니다. 값이 더 적은 필드를 고르세요
strict-repeats = {$told}(--strict). 이 단계 앞의 `syn-filter --latest FILE…`이 id마다 최신 행만 남깁니다
split-unknown = 항목 {$id}의 분할은 {$split}입니다. {$name}의 분할은 {$known}뿐입니다. 다른 --split을 고르거나 `syn-filter`로 행을 고르세요
strict-spoilt = {$first}(--strict). 경고만 받으려면 빼고 실행하세요
csv-too-many-columns = --flatten-attributes에 {$most}개보다 많은 열이 필요합니다. 빼거나 일부만 고르세요: --columns item_id,attr.NAME
voc-too-many-classes = VOC_CLASS_LIMIT_EXCEEDED: 클래스 플레인에는 클래스 {$most}개까지 담을 수 있는데 마스크에 더 많습니다. 남길 클래스를 --classes로 앞에 두거나, --class-map으로 합치거나, 플레인을 쓰지 마세요(--polygons box --segmentation exclude)
template-over-original = 항목 {$id}: 원본이 갈 자리인 {$path}에 템플릿이 이미 썼습니다. 템플릿 파일에 다른 경로를 쓰거나 --images omit으로 원본을 빼세요
