# 서버의 행.

row-no-json = `data`가 JSON이 아닌 텍스트입니다. 잘렸거나 어노테이션 페이로드가 아닙니다
row-truncated = 서버가 페이로드를 잘라 URL 없이 보내 내보낼 것이 없습니다. 서버 운영자에게 문의하세요
row-damaged = 오브젝트 스토어의 페이로드가 손상되었습니다: {$reason}
row-inline = 두 번째 요청에는 페이로드가 행 안에 왔습니다. 다시 실행하세요
row-vanished = 페이로드를 받는 동안 행이 사라졌습니다. 다시 실행하세요
retry-failing = {$server}: {$reason}. 다시 시도합니다({$which}, {$pause}초 뒤)
bad-lines-in-all = 잘못된 줄을 모두 {$bad}개 건너뛰었습니다. 처음 {$named}개는 위에 있습니다
line-skipped = {$error}. 건너뜀
database-unencrypted = 데이터베이스 연결이 암호화되지 않았습니다. DSN에 ?sslmode=verify-full을 더하세요
complete-already = 이미 완성되어 있었습니다
ids-not-among = 목록의 id {$wanted}개 중 {$n}개가 요청한 행에 없습니다
clock-off = 이 컴퓨터의 시계가 서버보다 {$seconds}초 {$word ->
    [behind] 늦습니다
   *[other] 빠릅니다
}. 체크포인트는 둘 중 이른 것을 따릅니다
clock-unknown = 서버가 시각을 알려 주지 않아 체크포인트는 이 컴퓨터의 시계를 따릅니다
dates-unselected = 서버가 {$list} 값으로 고르지 못합니다. 그것만 바뀐 행은 여기에 없습니다
dates-tasks = 서버는 새 작업만 알려 주고 바뀐 작업은 알려 주지 않습니다. 할당작업을 가져오거나 가끔 모든 작업을 가져오세요
dates-passing = {$passing} 조건에서 벗어난 행은 알려지지 않아 옛 버전이 남습니다. 모든 행을 가져온 뒤 `syn-filter --latest` 뒤에서 고르세요
dimensions-failed = 크기가 없는 이미지 {$all}개 중 {$failed}개를 재지 못해 그 행에 크기가 없습니다({$reasons})
short-verified = 서버에 있는데 오지 않은 행 {$n}개: {$missing}. 다시 실행하세요
short-told = 행 {$sent}개가 왔는데 서버는 {$now}개로 셉니다. {$n}개가 없습니다
short-told-again = 행 {$sent}개가 왔는데 서버는 {$now}개로 셉니다(두 번 이상 나온 것 {$again}개). {$n}개가 없습니다
short-among = {$told}. 그중 일부: {$missing}. 다시 실행하세요
short-unlisted = {$told}{$places}. 서버의 목록에 다른 것은 없으니 운영자에게 알리세요
walk-added = 행 {$n}개가 서버가 처음 센 것보다 많습니다. 읽는 동안 추가되었으며 포함했습니다
walk-vanished = 읽는 동안 서버에서 행 {$n}개가 삭제되었습니다
walk-twice = 목록이 바뀌어 행 {$n}개를 두 번 만났으며 한 번만 포함했습니다
fetched = {$scope}의 {$noun ->
    [assignment] 할당작업
    [task] 작업
   *[other] 정답 데이터
} {$rows}개
row-unreadable = `data`가 읽을 수 없는 텍스트입니다
password-file-open = 비밀번호 파일 {$shown}: 다른 사용자가 읽을 수 있어 쓰지 않습니다. chmod 600 {$shown}
database-no-task = 데이터베이스에 프로젝트 {$project}의 작업이 없습니다
urls-counted = 미리 서명된 URL {$urls}개를 쿼리 없이 셌습니다
short-range = id {$low}~{$high} 중 {$missing}개
short-ranges = ({$ranges})
