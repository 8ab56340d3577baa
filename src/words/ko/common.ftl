# 모든 프로그램의 메시지에 쓰이는 부분.

cannot-write = {$path}에 쓸 수 없습니다: {$reason}
internal-error = 내부 오류: {$what}. 알려 주세요
system-not-found = 파일이나 폴더가 없습니다
system-permission-denied = 권한이 없습니다
system-storage-full = 장치에 남은 공간이 없습니다
system-is-folder = 폴더입니다
system-not-folder = 폴더가 아닙니다
system-read-only = 읽기 전용 파일 시스템입니다
system-exists = 파일이 이미 있습니다
system-file-too-large = 파일이 너무 큽니다
system-quota = 디스크 할당량을 넘었습니다
system-refused = 연결이 거부되었습니다
system-reset = 상대가 연결을 끊었습니다
system-timed-out = 연결 시간이 초과되었습니다
system-file-name = 파일 이름이 너무 깁니다
