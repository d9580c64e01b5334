import type { DoorWords } from './door.ts'

export const door: DoorWords = {
  script: [
    '{Self} chào {you}. {Self} tên là …, đoàn viên trong đội Bình dân học vụ số của phường mình. Đi cùng {self} có tổ trưởng … ạ.',
    '{You} quét mã trên thẻ này giúp {self} để biết chúng {self} là thật.',
    'Chúng {self} hướng dẫn dùng điện thoại, VNeID và phòng lừa đảo, không thu tiền.',
    'Chúng {self} không hỏi mật khẩu, không hỏi mã OTP, không chụp căn cước, không cầm máy làm hộ.',
    '{You} có mười lăm phút cho chúng {self} không ạ?',
  ],
  before: [
    'Áo xanh và thẻ; mã QR trên thẻ còn hạn',
    'Đi từ hai người, có một người địa phương',
    'Tổ trưởng đã báo trước trên Zalo hoặc loa',
    'Pin trên 50%, đã tải ngõ về máy',
    'Tờ rơi chữ to, tờ “3 không”',
    'Không mang danh sách giấy có số căn cước',
  ],
  at: [
    'Hỏi bác muốn học gì trước',
    'Nói rõ ghi gì, để làm gì; bác chọn đồng ý hoặc không',
    'Dùng máy của chính bác, bác tự bấm',
    'Một, hai kỹ năng; không quá ba',
    'Bác làm lại một lần, không nhắc, rồi mới ghi mức',
    'Dặn “3 không”: không đọc OTP; không bấm đường dẫn, cài ứng dụng lạ; không chuyển tiền khi bị giục',
    'Hẹn lại, hoặc chuyển cho người giúp được',
    'Để lại tờ rơi có số trực của phường',
  ],
  after: [
    'Ghi kết quả ngay khi ra khỏi cửa',
    'Trả lời điều bác hỏi, hoặc báo người trả lời được',
    'Có mạng thì mở ứng dụng để gửi',
    'Cuối buổi cùng đội trưởng chốt: đã đến, vắng nhà, chuyển tiếp',
    'Xóa mọi ảnh và ghi chép riêng',
  ],
  never: [
    'Không vào nhà khi chỉ có trẻ em, hoặc chủ nhà đang say',
    'Không bàn chuyện đất đai, chính sách, tín ngưỡng',
    'Không bán SIM, bảo hiểm, tài khoản',
    'Không hứa thay Công an',
  ],
  lines: ['VNeID: 1900 0368', 'Báo cuộc gọi rác, lừa đảo: 156 hoặc 5656'],
}
