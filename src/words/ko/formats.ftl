# 형식 목록의 설명.
format-is-json = Synapse JSON: 페이로드 그대로, 항목마다 파일 하나
format-is-jsonl = Synapse JSON: 페이로드 그대로, 항목마다 한 줄
format-is-yolo = YOLO 라벨과 data.yaml
format-is-coco = COCO: 인스턴스, 사람 관절, stuff
format-is-ultralytics-ndjson = Ultralytics 데이터셋을 파일 하나로, 이미지마다 한 줄, 원본은 URL로
format-is-imagefolder = 클래스별 폴더에 담은 이미지
format-is-gallery = 서버 없이 브라우저로 데이터셋을 보는 페이지
format-is-csv = 표 하나, 어노테이션(모든 도구)이나 항목마다 한 행. Excel용은 --excel
format-is-createml = Create ML: 상자, 분할마다 문서 하나
format-is-voc = Pascal VOC: XML, 클래스와 객체 평면, 이미지 목록, 라벨 맵
format-is-template = Jinja 템플릿으로 만드는 모든 텍스트 형식
