# syn-fetch 명령줄.

page-size = auto 또는 1부터 1000까지의 숫자여야 합니다
ids-twice = id를 --ids-from과 필터 `ids`로 함께 지정했습니다. 모두 파일에 넣으세요
ids-only-asks = --ids-only는 id만 묻고 {$options} 조건은 각 행에 묻습니다. 하나를 빼세요
resume-chosen = --resume은 서버가 고른 것을 이어 받는데 {$options} 조건은 여기서 각 행에 묻습니다. 빼고 가져온 뒤 `syn-filter`에 지정하세요
resume-order = --resume에는 내림차순이 필요합니다. --order arrival로 실행한 것은 이어 받을 수 없습니다
resume-no-file = --resume은 파일을 이어 받습니다. -o FILE로 지정하세요
resume-compressed = --resume은 압축된 덤프를 이어 받을 수 없습니다. -o에 .gz나 .zst가 없는 이름을 지정하고 다 받은 뒤 압축하세요
dump-exists = {$file}: 이미 있으며 그 안의 행이 사라집니다
changed-one-part = 바뀐 것은 한 번에 가져옵니다. --shard를 빼세요
checkpoint-ground-truth = 서버는 정답 데이터에서 무엇이 바뀌었는지 알려 주지 않습니다. --checkpoint 없이 버전 전체를 내보내세요
checkpoint-bare = --bare는 `syn-sink --checkpoint`에 위치를 전하는 프레임을 뺍니다. --bare와 --checkpoint 중 하나를 빼세요
position-limit = --limit을 지정하면 위치는 그대로입니다
position-shards = `syn-sink --checkpoint`가 모든 샤드를 받을 때까지 위치는 그대로입니다
position-published = `syn-sink --checkpoint`가 행을 게시하면 위치가 옮겨집니다
ids-from-empty = --ids-from {$path}: 파일에 id가 없습니다
dsn-unreadable = {$path}에서 DSN을 읽을 수 없습니다: {$reason}
dsn-not-set = URL 없는 --dsn은 SYNAPSE_DSN을 읽는데 설정되어 있지 않습니다
dsn-password = 명령줄의 비밀번호는 이 컴퓨터의 모든 사용자가 읽을 수 있습니다. PGPASSWORD나 ~/.pgpass로, 또는 DSN 전체를 --dsn-file이나 SYNAPSE_DSN으로 지정하세요(그때는 URL 없이 --dsn)
dsn-api-option = --{$option} 옵션은 API용인데 --dsn은 데이터베이스를 읽습니다. 하나를 빼세요
dsn-one-stream = --{$option}{$value} 옵션은 --dsn과 함께 쓸 수 없습니다. 행은 한 스냅샷에서 한 스트림으로 나옵니다
dsn-project = --dsn에는 --project ID나 SYNAPSE_PROJECT가 필요합니다
command-option = `syn-fetch {$name}`에는 --{$option} 옵션이 쓰이지 않습니다. 빼세요
option-of-command = --{$option} 옵션은 `syn-fetch {$readers}`용이며 내보내기에는 쓰이지 않습니다
command-no-database = 하위 명령은 API에 묻는데 --{$option} 옵션은 행만 있는 데이터베이스입니다. 하나를 빼세요
command-no-export = 하위 명령은 내보내지 않습니다. --{$option} 옵션을 빼세요
version-no-project = 이 정답 데이터 버전은 프로젝트에 속하지 않아 클래스 목록이 없습니다
token-and-ids-stdin = 표준 입력은 토큰(--token-stdin)이면서 동시에 id(--ids-from -)일 수 없습니다
debug-asks = {$host}에 요청, 동시에 최대 {$concurrency}개
debug-rows-where = {$target} 행, 조건 {$filters}
debug-requests = 요청 {$requests}개, 다시 보냄 {$retries}개, 받은 양 {$size}
dsn-by-id = --project {$name}: 데이터베이스는 id로 묻습니다. `syn-fetch projects`가 id를 보여 줍니다(--dsn 없이)
names-not-listed = {$option} {$first}: 이 서버는 {$kind ->
    [user] 사용자
    [project] 프로젝트
    [tag] 태그
   *[other] {$kind}
} 목록을 주지 않습니다. id를 지정하거나 이 단계 뒤에서 `syn-filter {$option}`으로 고르세요
names-several = {$option} {$name}: 같은 이름의 {$noun ->
    [user] 사용자
    [project] 프로젝트
    [tag] 태그
   *[other] {$noun}
} 여럿 있음(id {$ids}). 그중 하나를 지정하세요
names-without = {$option} {$name}: 서버의 {$noun ->
    [user] 사용자
    [project] 프로젝트
    [tag] 태그
   *[other] {$noun}
} 목록에 이름이 없습니다. id를 지정하거나 이 단계 뒤에서 `syn-filter {$option}`으로 고르세요
id-empty = --{$option} 값이 비어 있습니다. ID를 지정하거나 빼세요
two-exports = --project와 --gt-version은 서로 다른 내보내기입니다. 하나만 지정하세요(버전에는 프로젝트가 정해져 있습니다)
target-by-version = --target ground_truth는 --project가 아니라 --gt-version으로 고릅니다. --gt-version ID를 지정하세요(`syn-fetch gt-versions`로 볼 수 있습니다)
target-by-project = --target {$target}: --gt-version이 아니라 --project로 고릅니다. --target과 --gt-version 중 하나만 지정하세요
both-set = SYNAPSE_PROJECT({$project})와 SYNAPSE_GT_VERSION({$version})이 모두 설정되어 있습니다. --project나 --gt-version으로 하나를 고르세요
category-unknown = --category {$word}: 정답 데이터에 없는 카테고리입니다. 혹시 {$near}입니까?
task-is-row = 대상이 task인 행은 작업 자체입니다. --id로 고르세요
nothing-to-select-by = 대상이 {$target}인 행에는 --{$option} 옵션으로 고를 것이 없습니다. 빼거나 할당작업을 가져오세요(--project ID)
names-unknown = {$option} {$name}: 그런 이름의 {$noun ->
    [user] 사용자
    [project] 프로젝트
    [tag] 태그
   *[other] {$noun}
} 없음. 모두 보려면 `syn-fetch {$by}`
names-unknown-near = {$option} {$name}: 그런 이름의 {$noun ->
    [user] 사용자
    [project] 프로젝트
    [tag] 태그
   *[other] {$noun}
} 없음. 혹시 {$near}입니까? 모두 보려면 `syn-fetch {$by}`
names-unknown-others = {$option} {$name}: 그런 이름의 {$noun ->
    [user] 사용자
    [project] 프로젝트
    [tag] 태그
   *[other] {$noun}
} 없음. 있는 이름: {$others}. 모두 보려면 `syn-fetch {$by}`

# 합치는 덤프(--dump).

dump-no-frame = {$name}: 시작 프레임이 없어 무엇의 부분인지 알 수 없습니다
dump-empty = {$name}: 시작 프레임도 없이 비어 있습니다. 쓰던 프로그램이 실패했습니다
dump-foreign = {$name}: {$of}와(과) 같은 내보내기의 부분이 아닙니다. {$key}: 여기는 {$is}, 거기는 {$was}
dump-differ = 부분 {$part}: 두 번 있고 {$name}, {$other}의 내용이 다릅니다
dump-differ-cut = 부분 {$part}: 두 번 있고 {$name}, {$other}의 내용이 다릅니다({$cut}: 잘렸습니다)
dump-missing = 부분 {$of}개 중 {$missing}개가 없습니다: {$parts}
dump-uncut = {$name}: 내보내기가 어느 id에서 나뉘었는지 없습니다. 다른 버전이 가져온 것입니다
dump-cut = {$name}: 항목 {$lines}개 뒤에서 잘려 끝 프레임이 없습니다
dump-several = {$name}: 여러 스트림이 이어져 있습니다
dump-changed = {$name}: 읽는 동안 바뀌었습니다
dump-part = {$name}: {$error}
dump-twice-same = 부분 {$part}: 두 번 있지만 {$name}, {$other}의 내용이 같아 하나만 읽습니다
dump-missing-accepted = {$why}. 그 행들은 스트림에 없습니다
dump-cut-accepted = {$why}. 나머지 행은 스트림에 없습니다
dump-selected = {$name}: 끝 프레임이 센 항목 {$counted}개 중 {$came}개만 골라 저장한 것입니다
dump-option = --{$option} 옵션은 서버에서 가져올 때 쓰고, --dump는 이미 가져온 것을 읽습니다. 빼거나 행을 `syn-filter`에 넣으세요
dump-command = --dump는 덤프를 읽고 `syn-fetch {$name}`은(는) 서버에 묻습니다. 둘 중 하나를 빼세요
dump-stdin = 부분은 읽기 전에 순서를 정하지만 표준 입력은 한 번만 읽을 수 있습니다. --dump에 파일을 지정하거나 `syn-fetch`를 빼세요
dump-no-file = {$place}: 파일이 아닙니다. --dump에 파일, 폴더 또는 이름 패턴을 지정하세요
dump-nothing = {$place}: 이런 이름이 없습니다. --dump에 덤프의 이름을 지정하세요
dump-no-dumps = {$place}: 덤프(.ndjson 또는 .jsonl, 뒤에 .gz나 .zst가 올 수 있음)가 없습니다
dump-no-stores = 이 빌드는 저장소를 읽지 못합니다. {$place}: 이 컴퓨터로 복사하세요
dump-pattern = {$place}: 이름 패턴이 아닙니다: {$why}
dump-passed-over = {$place}: 이름이 덤프가 아닌 파일 {$n}개는 읽지 않습니다
dump-done = 부분 {$parts}개에서 행 {$rows}개({$size}), {$time}
