# 스트림, 파일, 체크포인트에 생긴 문제.

stream-read = {$name}: 읽을 수 없습니다: {$source}
stream-line = {$place}: {$reason}
stream-form = {$place}: 잘못된 입력: {$form}
stream-long-line = {$place}: 줄이 {$cap}바이트보다 깁니다
stream-no-end = 입력이 {$kind ->
    [items] 항목
   *[files] 파일
} {$lines}개 뒤에서 잘렸습니다(끝 프레임 없음). 앞 단계가 중단되었거나 `head`를 썼습니다
stream-unframed = {$name}에 시작 프레임({"{"}"@stream":"begin"…{"}"})이 없습니다. 중간의 프로그램이 빼 버렸으므로 앞의 실패도 알 수 없습니다
stray-lines = 줄 {$lines}개
stray-lines-or-more = 줄 {$lines}개 이상
stray-after = {$place}: 끝 프레임 뒤에 {$stand}가 있습니다. 스트림이 정렬되었거나, 부분의 순서가 바뀌었거나, 뒤에 무언가가 붙었습니다
stray-before = {$place}: 시작 프레임 앞에 {$stand}가 있습니다. 스트림이 정렬되었거나, 첫 부분이 없거나, 앞에 무언가가 붙었습니다
stream-lost = 끝 프레임에는 {$kind ->
    [items] 항목
   *[files] 파일
} {$counted}개인데 {$came}개만 왔습니다. 스트림의 일부가 없거나 줄이 빠졌습니다
stream-added = 끝 프레임에는 {$kind ->
    [items] 항목
   *[files] 파일
} {$counted}개인데 {$came}개가 왔습니다. 한 부분이 두 번 왔거나 프로그램이 줄을 더했습니다
stream-empty = 입력이 비어 있고 시작 프레임도 없습니다. 앞 단계가 실패했거나 아무것도 고르지 않았습니다
stream-wrong-kind = {$kind ->
    [items] 입력이 출력 파일이 아니라 항목입니다
   *[files] 입력이 항목이 아니라 출력 파일입니다
}
stream-nothing-held = 아무것도 쓰지 않았습니다. {$format}에는 입력의 어떤 것도 담을 곳이 없습니다: {$things}
stream-upstream = {$error}. 아무것도 게시하지 않습니다
stream-write = {$name}에 쓸 수 없습니다: {$source}. 지금까지 쓴 내용은 온전하지 않습니다
stream-no-stdin = 표준 입력이 닫혀 있거나 읽기·쓰기로 열린 /dev/null입니다
stream-no-stdout = 표준 출력이 닫혀 있거나 읽기·쓰기로 열린 /dev/null입니다. 출력이 사라집니다
stream-thread = 스레드를 시작할 수 없습니다: {$source}
stream-closed = 출력을 읽던 쪽이 사라졌습니다
stage-failed-earlier = 앞 단계가 실패했습니다: {$message}
stage-failed = {$stage} 단계가 실패했습니다: {$message}
shard-missing = 샤드 {$first}/{$of}만 입력에 없고 같은 내보내기의 다른 샤드는 있습니다
shards-missing = 샤드 {$of}개 중 {$missing}개가({$first}/{$of} 등) 입력에 없고 같은 내보내기의 다른 샤드는 있습니다
shard-twice = 샤드 {$index}/{$of}: 입력에 두 번 이상 있습니다
shard-bounds = 샤드 N/{$of}들이 서로 다른 id에서 나뉘었습니다. 어떤 행은 두 곳에 있거나 아무 데도 없을 수 있습니다
unknown-name = 입력에 없는 이름입니다: {$what} {$name}
unknown-name-near = {$message}. 혹시 {$near}입니까?
unknown-name-none = {$message}. 다른 이름도 없습니다
unknown-name-others = {$message}. 있는 이름: {$names}
unknown-name-capped = {$message} (이름 {$names}개하고만 비교했으며 더 있습니다)
unknown-name-hint = {$message} ({$hint})
form-wide-window = 128 MiB보다 큰 창이 필요한 zstd 데이터(`zstd --long`)
form-packed-twice = 압축 데이터 안의 압축 데이터
form-packed-inside = 일반 줄 뒤의 압축 데이터(`cat`으로 파일을 이은 것)
form-encoded = UTF-8이 아니라 {$encoding}
form-cr-lines = CR로만 끝나는 줄
form-pretty = 한 줄에 객체 하나가 아니라 여러 줄에 걸친 JSON 객체
form-joined = 한 줄에 여러 JSON 객체
form-array = 한 줄에 객체 하나가 아니라 JSON 배열
form-sequence = 한 줄에 객체 하나가 아니라 JSON 텍스트 시퀀스(RFC 7464)
form-quoted = JSON 문자열 안의 JSON
form-page = 한 줄에 행 하나가 아니라 API의 페이지
form-file-line = 항목이 아니라 출력 파일
form-coco = 항목이 아니라 COCO 문서
form-ultralytics = 항목이 아니라 Ultralytics NDJSON 데이터셋
form-manifest = 스트림이 아니라 데이터셋의 매니페스트
form-report = 스트림이 아니라 내보내기 보고서
form-document = 한 줄에 행 하나가 아니라 `id`가 없는 JSON 문서
form-table = JSON 줄이 아니라 텍스트 표(CSV)
form-markup = JSON 줄이 아니라 XML 또는 HTML
form-yaml = JSON 줄이 아니라 YAML
form-binary = JSON 줄이 아니라 바이너리 데이터
form-folder = 파일이 아니라 폴더
packer-xz = xz 데이터
packer-bzip2 = bzip2 데이터
packer-lz4 = lz4 데이터
packer-lzip = lzip 데이터
packer-compress = `compress` 데이터
packer-zip = zip 아카이브 또는 Excel 파일
packer-7z = 7z 아카이브
packer-rar = rar 아카이브
packer-tar = tar 아카이브
place-folder = 폴더입니다. 그 안의 파일을 지정하세요
place-no-folder = {$folder} 폴더가 없습니다. 먼저 만드세요
place-tilde = 셸이 ~를 바꾸지 않았습니다. 따옴표 없이 쓰거나 $HOME으로 쓰세요
place-device = 쓸 수 없는 종류입니다({$what}). 파일, 파이프, 문자 장치에만 씁니다
place-not-regular = 일반 파일이 아니므로 바꾸지 않습니다. 다른 이름을 지정하세요
place-link = 파일이 아닌 것({$to})을 가리키는 링크입니다. 파일을 가리키는 링크만 따라갑니다
place-compression = 이름이 .{$ending}(으)로 끝납니다. 파일은 .gz나 .zst로 압축하거나 압축하지 않습니다
place-busy = 다른 실행이 쓰고 있습니다. 끝날 때까지 기다리세요
checkpoint-read = 체크포인트 {$path}: 읽을 수 없습니다: {$source}
checkpoint-write = 체크포인트 {$path}: 쓸 수 없습니다: {$reason}
checkpoint-foreign = {$path}: 이 프로그램의 체크포인트가 아니므로 그대로 둡니다
checkpoint-unfinished = {$path}: 끝까지 가지 못한 실행이 썼습니다
checkpoint-differs = {$path}: 다른 내보내기의 체크포인트입니다. {$key} 값이 {$was}였는데 지금은 {$is}입니다
checkpoint-silent = 입력에 어디까지 왔는지 적혀 있지 않아 {$path}에 쓸 것이 없습니다
checkpoint-gap = 입력에 {$from}까지의 모든 행이 있고 그 뒤로는 {$to} 이후에 바뀐 것만 있습니다. 그 사이의 덤프가 없습니다
checkpoint-several = 입력에 내보내기가 {$exports}개 있는데 {$path}에는 하나만 씁니다
line-torn = {$reason}. 마지막 줄에 줄바꿈이 없으므로 입력이 잘렸을 수 있습니다
compressed-cut = {$name}: 압축 데이터가 너무 일찍 끝납니다. 파일이 잘렸습니다
stream-in-middle = 스트림이 중간에 멈춥니다. 끝 프레임 앞에 다음 스트림이 시작됩니다
stays-not-whole = 입력에 모든 행이 있지 않습니다(한도, 잘림 또는 건너뛴 줄)
stays-shard = {$of}개 중 {$part}번째 부분이 입력에 없습니다
stays-first-gap = 입력에는 {$to} 이후에 바뀐 것만 있고 체크포인트가 없었습니다
stays-gap = {$from}부터 {$to}까지 바뀐 것이 입력의 어디에도 없습니다
stays-behind = 입력은 {$at}까지뿐이며 체크포인트는 이미 거기에 있었습니다
thing-class = 클래스
thing-tool = 도구
thing-attribute = 속성
thing-status = 작업 상태
thing-review = 검수 상태
thing-user = 작업자
thing-project = 프로젝트
thing-tag = 태그
thing-task-tag = 작업 태그
thing-category = 카테고리
thing-field = 필드
special-nothing = 없는 것
special-folder = 폴더
special-device-or-pipe = 장치나 파이프
special-block-device = 블록 장치
special-socket = 소켓
