# 데이터베이스 읽기.

database-give-authority = 그 인증 기관의 인증서를 DSN에 ?sslrootcert=FILE로 지정하세요
database-give-certificate = 이 인증서만 신뢰하려면 DSN에 ?sslrootcert=FILE로 지정하세요
database-renew = 운영자가 갱신해야 합니다. 다른 사람은 쓸 수 있다면 이 컴퓨터의 시계를 맞추세요
database-set-clock = 이 컴퓨터의 시계를 맞추세요
database-other-name = 인증서에 있는 이름으로 호스트를 지정하거나 ?sslmode=verify-ca를 쓰세요
database-untrusted = {$place}: 신뢰할 수 없습니다: {$reason}; {$advice}
database-no-tls = {$place}: TLS를 쓰지 않는데 DSN의 sslmode가 TLS를 요구합니다
database-wants-password = {$place}: 비밀번호가 필요합니다. PGPASSWORD를 설정하거나 ~/.pgpass(본인만 읽을 수 있게)에 한 줄을 넣으세요
database-unreachable = {$place}에 연결할 수 없습니다: {$reason}. DSN의 호스트와 포트, 네트워크를 확인하세요
database-broke = {$place} 연결이 끊겼습니다: {$reason}
database-no-entry = {$place}: 접속을 거부했습니다: {$said}. DSN의 사용자와 비밀번호(PGPASSWORD, ~/.pgpass)를 확인하세요
database-no-right = {$place}: 권한이 없습니다: {$said}. 필요한 권한은 docs/postgres.md에 있습니다
database-ended = {$place}: 쿼리를 끝냈습니다: {$said}. statement_timeout 때문이면 DSN에 ?options=-cstatement_timeout%3D0을 추가하세요
database-said = {$place}: 데이터베이스의 답: {$said} (SQLSTATE {$code})
database-wrong-type = {$table}.{$column}의 타입이 {$kinds}이(가) 아니라 {$kind}입니다
database-hidden = {$user} 사용자는 {$table}.{$column} 열을 읽을 수 없습니다: GRANT SELECT ON {$names} TO {$user}
database-no-column = {$table}에 {$column} 열이 없습니다. 읽는 것은 docs/postgres.md에 있습니다
database-no-table = {$table} 테이블이 없습니다. Synapse의 데이터베이스입니까? 테이블이 별도 스키마에 있으면 DSN에 ?options=-csearch_path%3DSCHEMA를 추가하세요
database-no-truth = 데이터베이스에서는 할당작업과 작업만 읽고 정답 데이터는 읽지 않습니다
database-no-filter = 데이터베이스는 `{$key}` 값으로 고를 수 없습니다
database-no-such-column = 이 데이터베이스는 `{$key}` 값으로 고를 수 없습니다. {$table}에 읽을 수 있는 그런 종류의 {$column} 열이 없습니다
database-no-created = 이 데이터베이스에는 행이 언제 만들어졌는지 없어 새 행을 알 수 없습니다. --checkpoint를 빼세요
database-no-labelled = 이 데이터베이스에는 행이 언제 마지막으로 작업되었는지 없어 바뀐 것을 알 수 없습니다. --checkpoint를 빼세요
database-whole-ids = {$what}: 데이터베이스의 id는 정수여야 합니다({$text} 아님)
database-filter = 필터 `{$key}`
database-ids = id 목록
database-filter-why = 필터 `{$key}`: {$why}
database-checkpoint-why = 체크포인트: {$why}
database-short = 행 {$came}개가 왔는데 같은 스냅숏에서 데이터베이스는 {$left}개로 셉니다. 다시 실행하세요
database-project = 프로젝트 {$id}
dsn-why = DSN: {$why}; {$form}
dsn-no-postgres = postgres://로 시작하지 않습니다
dsn-no-value = 값이 없는 옵션이 있습니다
dsn-not-utf8 = UTF-8이 아닌 옵션이 있습니다
dsn-bad = 읽을 수 없습니다
dsn-no-host = 호스트가 없습니다
dsn-bad-host = 호스트가 이름이 아닙니다
dsn-unsupported = DSN의 `{$key}` 옵션은 지원하지 않습니다. 빼세요
tls-no-setup = TLS를 준비할 수 없습니다: {$why}
