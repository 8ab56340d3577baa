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
format-near = 혹시 {$near}입니까?{" "}
format-unknown = 알 수 없는 형식 {$name}: {$hint}다음 중에서 고르세요: {$formats}
bare-many-files = --bare는 문서 하나로 된 형식용입니다({$formats}). {$name}: 파일을 여러 개 쓰므로 `syn-sink`로 넘기세요
bare-split = --bare는 문서 하나만 쓰는데 {$name} 문서에는 항목의 분할이 적히지 않습니다. --bare나 --split을 빼세요
by-no-effect = --by는 --to {$name}에 쓰이지 않습니다: {$why}
bare-by = --bare는 문서 하나를, --by는 폴더마다 하나를 씁니다. 하나를 빼세요
split-neither = 비율도 필드 경로도 아닙니다
split-share-each = 부분마다 비율을 지정하세요
split-no-part = {$name}: 그런 부분은 없습니다
split-name-all = 모든 부분에 이름을 쓰거나 아무 데도 쓰지 마세요
split-numbers = 비율은 숫자입니다
split-part-twice = {$part}: 두 번 지정되었습니다
split-two-or-three = 비율을 두 개(train/val) 또는 세 개(train/val/test) 지정하세요
split-sum = 비율의 합은 1이나 100이어야 합니다
naming-choose = --naming {$source}: stem, id 또는 {"{"}{"{"} split {"}"}{"}"}_{"{"}{"{"} stem {"}"}{"}"}_{"{"}{"{"} id {"}"}{"}"} 같은 템플릿을 고르세요
strict-item = {$reason}(--strict). 쓸 수 없는 것을 빼고 세려면 빼고 실행하세요
strict-no-value = {$option}: 필드에 값이 없습니다(--strict). 그런 항목을 세기만 하려면 빼고 실행하세요
category-ids-none = 카테고리가 없습니다
category-ids-unreadable = {$reason} (쌍은 car=1,bus=3처럼 씁니다)
category-name-empty = 카테고리 {$number}번의 이름이 비어 있습니다
category-name-twice = {$name} 이름이 두 번 있습니다
category-number-twice = {$other}, {$name}의 번호가 {$number}로 같습니다
category-number-range = {$name}: 번호가 0부터 {$most}까지가 아닙니다
category-ids-form = NAME=NUMBER 쌍도 카테고리 목록도 아닙니다
category-incomplete = 이름과 id가 없는 카테고리: {$value}
category-number-is = {$name}: 번호가 {$value}입니다. 0부터 {$most}까지여야 합니다
category-no-number = 클래스 {$class}의 번호가 --category-ids에 없습니다. 추가하거나 --class-map으로 이름을 바꾸세요
delimiter-why = {$text} {$why}: 칸 사이의 문자 하나를 지정하세요(예: , ; | tab)
columns-attribute-name = --columns: {$prefix} 뒤에 속성 이름이 필요합니다
columns-of-items = --columns {$name}: --rows items의 행에는 속성이 없습니다. --rows items를 빼세요
columns-near = --columns: {$name} 열이 없습니다. 혹시 {$near}입니까?
flatten-items = --flatten-attributes에는 어노테이션 행이 필요합니다. --rows items를 빼세요
columns-flattened = --columns {$name}: --flatten-attributes가 이미 모든 {$prefix} 열을 씁니다
imagefolder-images = imagefolder는 이미지로만 만듭니다. --images omit을 빼세요
no-planes = --polygons mask: {$format}에는 칠할 플레인이 없습니다. 빼거나 --polygons box를 지정하세요
template-unreadable = 템플릿 {$file}: 읽을 수 없습니다: {$reason}
template-needs = --to template에는 --template FILE과 --path TEMPLATE, 또는 --emit PATH=FILE이 필요합니다
template-not-relative = --path {$path}: 상대 경로가 아닙니다
template-same-path = --path {$path}: 모든 항목에서 같습니다. {"{"}{"{"} stem {"}"}{"}"}을 넣거나 --per dataset으로 파일 하나를 쓰세요
ultralytics-one-task = --task all: ultralytics-ndjson 파일에는 작업이 하나입니다. detect, segment, pose, obb 중에서 고르세요
keypoints-needs = 카테고리와 관절 하나 이상이 필요합니다
keypoints-twice = 관절 이름이 두 번 있습니다
keypoints-skeleton = skeleton: 관절 번호는 1부터 {$n}까지입니다
keypoints-flip = flip_idx: 0부터 {$most}까지 한 번씩 있어야 합니다
split-why = --split {$text}: {$why}. 비율은 0.8/0.1/0.1, 80/10/10, 8:1:1, train=0.8,val=0.2처럼 쓰거나(부분: train, val, test), `category` 또는 data_unit.meta.weather 같은 필드 경로를 지정하세요
delimiter-marks-text = 값은 텍스트를 표시하는 데 쓰입니다
delimiter-of-words = 값은 숫자와 단어의 일부입니다
delimiter-blank = 값은 공백이거나 보이지 않습니다
delimiter-not-ascii = 값은 ASCII 문자 하나가 아닙니다
columns-of-annotations = --columns: 항목 행에는 {$other} 열이 없습니다. 빼거나 다음 중에서 고르세요: {$known}
columns-of-rows-items = --columns: 어노테이션 행에는 {$other} 열이 없습니다. --rows items를 더하거나 다음 중에서 고르세요: {$known}
columns-unknown = --columns: {$name} 열이 없습니다. {$known}, {$prefix}NAME, 또는 data_unit.meta.video 같은 행의 필드에서 고르세요
columns-unknown-items = --columns: {$name} 열이 없습니다. {$known} 또는 data_unit.meta.video 같은 행의 필드에서 고르세요
category-ids-why = --category-ids {$given}: {$why}
columns-twice = --columns: {$name} 열이 두 번 있습니다
convert-item = 항목 {$id}: {$reason}
