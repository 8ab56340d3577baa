# syn-convert 명령줄.

split-group-why = --split-group {$why}
split-group-shares = --split-group에는 비율로 된 --split이 필요합니다(예: --split 0.8/0.2)
class-map-twice = --class-map이 클래스 {$old}의 새 이름을 {$other}, {$to} 둘로 지정합니다. 어느 것입니까?
class-map-empty = --class-map: 새 이름이 비어 있습니다. 클래스를 빼려면 `syn-filter`를 쓰세요
class-map-which = --class-map ={$to}: 어느 클래스입니까? OLD=NEW로 쓰세요
class-map-why = --class-map {$spec}: {$why}
class-map-unreadable = --class-map {$spec}: OLD=NEW도 아니고 읽을 수 있는 파일도 아닙니다: {$reason}
class-map-line = --class-map {$spec}:{$line}: {$why}
class-map-expected = OLD=NEW여야 합니다
class-map-signs = `=`가 둘 이상입니다. 이름에 있는 것은 `\=`로 쓰세요
classes-why = --classes {$given}: {$why}
classes-none = 클래스가 없습니다
classes-unreadable = {$reason} (이름 목록은 쉼표로 씁니다: car,bus)
classes-binary = 클래스 목록이 아니라 바이너리입니다
classes-not-utf8 = UTF-8 텍스트가 아닙니다
classes-name-empty = 클래스 {$at}번(0부터)의 이름이 비어 있습니다
classes-name-twice = {$name} 이름이 두 번 있어 클래스의 번호가 분명하지 않습니다
classes-markup = 클래스 목록이 아니라 XML 또는 HTML입니다
classes-braces = 이름 목록이 아닙니다. 중괄호가 있습니다(TensorFlow의 label map?)
classes-darknet = darknet의 data 파일입니다. 그 이름 파일을 지정하세요: {$names}
classes-one-line = 쉼표가 있는 한 줄입니다. 한 줄에 이름 하나를 쓰거나 ["one, name"]처럼 쓰세요
classes-json-without = JSON에 없는 키: {$keys}
classes-line = {$line}번째 줄: {$reason}
classes-line-no-name = {$line}번째 줄: `name`, `code`, `class`가 없습니다
classes-id-twice = 두 클래스의 id가 {$id}로 같습니다
classes-names-form = 이름 목록이 리스트도 매핑도 아닙니다
classes-key-no-number = 이름의 키 {$key}: 숫자가 아닙니다
classes-keys-gap = 이름의 키가 0, 1, 2 …로 이어지지 않아 클래스의 번호가 분명하지 않습니다
classes-name-no-text = 이름 하나가 텍스트가 아니라 {$other}입니다. 따옴표로 쓰세요
classes-yaml-without = YAML에 `names`가 없습니다
classes-no-column = 표에 열이 없습니다: {$columns}
classes-no-table = 표가 아닙니다: {$reason}
say-format = 무엇으로 변환할지 지정하세요: --to {$formats}
option-of-formats = --{$option} 옵션은 --to {$readers}용입니다. --to {$to}에는 쓰이지 않습니다
option-unread-so = --to {$to}{$space}{$with}에는 --{$option} 옵션이 쓰이지 않습니다. 빼세요
option-read-with = --to {$to} {$with}에는 --{$option} 옵션이 쓰이지 않습니다. {$ways}에서 읽습니다
check-converts-nothing = {$unread}: 변환용인데 --check는 변환하지 않습니다. 빼세요(--to FORMAT은 한 형식만 검사합니다)
dry-run-needs-format = {$unread}: 변환용인데 --to 없는 --dry-run은 모든 형식을 비교합니다. 빼거나 --to FORMAT을 지정하세요
dry-run-formats = 항목 {$items}개를 모든 형식과 비교했습니다. {$read} 읽음, {$time}. 쓴 것은 없습니다
max-findings-number = 숫자도 `all`도 아닙니다
max-findings-form = --max-findings는 텍스트와 JSON용입니다. SARIF에는 모든 발견이, JUnit에는 규칙별 수가 있습니다
readers-unknown = --readers가 모르는 이름입니다: {$name}. 아는 것: {$known}
check-no-rules = --check에 {$name}의 규칙이 없습니다. 있는 것: {$known}
check-unframed = --unframed는 표준 입력의 파일 줄용입니다(--check -)
check-no-stores = {$address}: 이 프로그램은 스토어 없이 빌드되었습니다. 데이터셋을 먼저 이 컴퓨터로 복사하세요
check-objects-in = {$place}의 객체:
check-more-classes = … 외 클래스 {$classes}개. 모두 보려면 --log-format json
check-part-lacks = {$part}에 객체가 없는 클래스: {$classes}
check-no-part-has = 어느 부분에도 객체가 없는 클래스: {$classes}
check-class = 클래스
check-gallery-sink = {$dest}: --gallery는 폴더를 씁니다. 스토어와 아카이브에는 --gallery - | `syn-sink --allow-file-refs {$dest}`를 쓰세요
check-gallery-stdout = --gallery -는 갤러리를 표준 출력에 씁니다. 검사 결과를 쓸 파일은 -o로 지정하세요
check-gallery-foreign = {$place}: 바꾸지 않았습니다. {$other} 항목은 검사 갤러리의 것이 아닙니다. 다른 폴더를 지정하세요
check-gallery-failed = {$place}: 갤러리를 쓸 수 없습니다: {$e}
check-gallery-no-pictures = 이미지 {$n}개가 갤러리에 없습니다. 스토어의 데이터셋과 --gallery -로 쓴 아카이브는 객체와 검사 결과만 보여 줍니다
check-gallery-urls = 이미지 {$n}개는 URL에 있어 페이지가 불러오지 않습니다. --link url을 쓰면 불러옵니다
