# 옵션의 값: 무엇을 고르는지, 누구를 신뢰하는지, 어디에 묻는지.

key-and-checkpoint = `{$key}`와 --checkpoint가 모두 언제부터인지 정합니다. 하나를 빼세요
filter-unknown = 대상 {$target}에 없는 필터 `{$key}`: 서버가 무시하고 모두 보내게 됩니다. {$hint}
filter-keys = 키: {$keys}
filter-near = 혹시 `{$near}`입니까?
filter-why = 필터 `{$key}`: {$why}
filter-twice = 필터 `{$key}`를 {$old}, {$value} 두 가지로 지정했습니다. 어느 것입니까?
filter-no-json = 필터가 올바른 JSON 객체가 아닙니다: {$reason}
filter-form = 필터 {$text}: KEY=VALUE이거나 {"{"}"status_label":"completed"{"}"} 같은 JSON 객체여야 합니다
ids-why = id 목록: {$why}
filter-value = 필터 `{$key}`: 텍스트, 숫자, true, false 또는 그 목록이어야 합니다
needs-value = 값이 필요합니다
expects-number = 정수여야 합니다({$value} 아님)
expects-boolean = true나 false여야 합니다({$value} 아님)
expects-ids = id여야 합니다({$text} 아님)
query-too-long = 쿼리가 {$length}바이트가 되는데 서버는 {$most}바이트까지 받습니다. 값을 줄이거나, id__gte와 id__lt를 쓰거나, 여러 번 실행하세요
query-no-room = 다른 필터 때문에 쿼리에 id를 넣을 자리가 없습니다. 값을 줄이세요
ids-no-resume = 이렇게 긴 id 목록은 정답 데이터에서 이어 받을 수 없습니다. 처음부터 시작하세요
ids-no-verify = 이렇게 긴 id 목록에서는 행 수를 제한하면 모든 id를 비교할 수 없습니다. 둘 중 하나를 빼세요
list-undivided = 이 목록은 나눌 수 없습니다. id가 정수이고 서버가 행을 세야 합니다
count-key-twice = {$name} 키가 두 번 있습니다. 키는 한 번씩만 지정하세요
count-key-name = {$path}: 수의 이름이라 쓸 수 없습니다
count-key-no-date = {$name}: {$path} 값은 날짜도 숫자도 아닙니다. {$path}만 지정하세요
near-in-brackets = {" "}(혹시 {$near}입니까?)
count-key-span = {$name}: 날짜는 {$spans} 단위로, 넓이는 size로 셉니다({$span} 아님){$near}
prefer-expects = newest, oldest 또는 FIELD=VALUE여야 합니다(예: review=completed){$hint}
prefer-too-many = --prefer가 너무 많아 비교할 수 없습니다. newest나 oldest를 한 번, 다른 것은 여덟 개까지 지정하세요
no-field-path = {$path}: data_unit.meta.category 같은 필드 경로가 아닙니다
shard-expects = I/N이어야 합니다. I는 1부터 N까지(1/4 … 4/4)이고, I/N@B1,B2,…에는 오름차순 id N-1개를 씁니다
time-expects = 2026-01-31, 2026-01, 2026-01-31T18:00, 2026-01-31T18:00:00+09:00, yesterday, 2d 같은 날짜나 시각이어야 합니다({$text} 아님)
words-expects = {$words} 중 하나여야 합니다({$word} 아님){$hint}
proxy-no-address = {$variable}: 프록시 주소가 아닙니다. http://HOST:PORT로 지정하거나 해제하세요
proxy-kind = {$variable}: 알 수 없는 종류의 프록시입니다({$other}). http, https, socks4, socks4a, socks5, socks5h를 쓸 수 있습니다
trust-why = {$what} {$file}: {$why}
trust-unreadable = 읽을 수 없습니다: {$reason}
trust-no-pem = PEM이 아닙니다: {$reason}
trust-damaged = 인증서 하나가 손상되었습니다: {$reason}
trust-none = PEM으로 된 인증서가 없습니다
trust-empty = SSL_CERT_FILE이 비어 있습니다. 파일을 지정하거나 해제하세요
trust-folder = SSL_CERT_DIR {$folder}: {$why}
trust-folder-none = SSL_CERT_DIR {$first}: PEM으로 된 인증서가 없습니다
trust-no-authorities = 이 컴퓨터에 인증 기관의 인증서가 없습니다. ca-certificates를 설치하거나 --ca-file 또는 SSL_CERT_FILE로 지정하세요
tls-setup = TLS를 준비할 수 없습니다: {$reason}
credentials-not-sendable = 토큰이나 테넌트에 보낼 수 없는 문자가 있습니다. 맞는 파일입니까?
count-key-created-size = {$name}: created는 날짜라 크기가 없습니다. created:day를 지정하세요
